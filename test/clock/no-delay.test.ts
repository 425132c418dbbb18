import { expect } from 'chai';
import { SystemClock } from '../../src/clock/system-clock.js';

describe('SystemClock', () => {
  it('takes a timer of no delay without a warning', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warned);
    try {
      const clock = new SystemClock();
      await Promise.all(
        Array.from({ length: 100 }, () => {
          // The timer alone does not keep the process alive.
          const alive = setInterval(() => undefined, 1_000);
          const { promise, resolve } = Promise.withResolvers<void>();
          clock.after(0, resolve);
          return promise.finally(() => clearInterval(alive));
        }),
      );
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(warnings).to.deep.equal([]);
    } finally {
      process.off('warning', warned);
    }
  });
});
