import { expect } from 'chai';
import { SystemClock } from '../../src/clock/system-clock.js';

describe('SystemClock', () => {
  it('calls back at once, without a word to anybody, for what is due or was', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    try {
      const clock = new SystemClock();
      for (const delayMs of [0, -5]) {
        const called = Promise.withResolvers<void>();
        clock.after(delayMs, called.resolve);
        // A timer of the clock alone does not keep the process.
        const keep = setInterval(() => undefined, 1_000);
        await called.promise;
        clearInterval(keep);
      }
      expect(warnings.map(String)).to.deep.equal([]);
    } finally {
      process.off('warning', warned);
    }
  });

  it('calls nobody who does not want it any more', async () => {
    const clock = new SystemClock();
    const called: string[] = [];
    const later = Promise.withResolvers<void>();
    const cancel = clock.after(0, () => called.push('cancelled'));
    cancel();
    clock.after(5, later.resolve);
    const keep = setInterval(() => undefined, 1_000);
    await later.promise;
    clearInterval(keep);
    expect(called).to.deep.equal([]);
  });
});
