import { expect } from 'chai';
import { Progress } from '../../src/cli/progress.js';
import { CapturedIo } from '../support/captured-io.js';

function advance(tty: boolean, stepsMs: readonly number[]): { text: string; lines: number } {
  const { stderr } = new CapturedIo({ tty });
  let nowMs = 0;
  const describe = (done: number, perSecond: number): string => `${done} at ${perSecond}/s`;
  {
    using progress = new Progress(stderr, 10, describe, () => nowMs);
    for (const stepMs of stepsMs) {
      nowMs += stepMs;
      progress.advance(1);
    }
  }
  return { text: stderr.text, lines: stderr.text.split('[').length - 1 };
}

describe('cli/progress', () => {
  it('shows nothing for what is done within a second', () => {
    expect(advance(true, [300, 300, 300]).text).to.equal('');
  });

  it('shows nothing where nobody watches', () => {
    expect(advance(false, [2_000, 2_000]).text).to.equal('');
  });

  it('shows share and rate, and takes itself away', () => {
    const { text } = advance(true, [2_500]);
    expect(text).to.match(/\[##-+\] {2}10 % {2}1 at 0\.4\/s/);
    expect(text.endsWith('\r\u001b[K')).to.equal(true);
  });

  it('begins anew where what was done has to be done again', () => {
    const { stderr } = new CapturedIo({ tty: true });
    let nowMs = 0;
    using progress = new Progress(
      stderr,
      10,
      (done) => `${done} done`,
      () => nowMs,
    );
    progress.advance(7);
    progress.restart();
    nowMs = 2_000;
    progress.advance(1);
    expect(stderr.text).to.match(/10 % {2}1 done$/);
  });

  it('counts what is here already as done, but not into the rate', () => {
    const { stderr } = new CapturedIo({ tty: true });
    let nowMs = 0;
    const describe = (done: number, perSecond: number): string => `${done} at ${perSecond}/s`;
    using progress = new Progress(stderr, 10, describe, () => nowMs);
    progress.restart(4);
    nowMs = 2_000;
    progress.advance(1);
    expect(stderr.text).to.match(/ 50 % {2}5 at 0\.5\/s$/);
  });

  it('is drawn at most ten times a second', () => {
    const { text } = advance(true, [1_000, 30, 30, 30, 30]);
    expect(text.match(/at/g)).to.have.length(2);
  });
});
