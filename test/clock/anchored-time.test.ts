import { expect } from 'chai';
import { ANCHOR_MS, AnchoredTime, FIRST_TRIES } from '../../src/clock/anchored-time.js';

describe('AnchoredTime', () => {
  let nowMs: number;
  let wallMicros: number;
  let wallReads: number;
  /** How long reading the wall clock takes, next time first. */
  let delaysMs: number[];
  let time: AnchoredTime;

  beforeEach(() => {
    nowMs = 5_000;
    wallMicros = 1_700_000_000_000_000;
    wallReads = 0;
    delaysMs = [];
    time = new AnchoredTime(
      () => {
        wallReads += 1;
        const read = wallMicros;
        pass(delaysMs.shift() ?? 0);
        return read;
      },
      () => nowMs,
    );
  });

  function pass(ms: number): void {
    nowMs += ms;
    wallMicros += ms * 1_000;
  }

  it('is the wall clock, to the microsecond', () => {
    expect(time.micros()).to.equal(wallMicros);
    pass(0.25);
    expect(time.micros()).to.equal(wallMicros);
  });

  it('reads the wall clock once in a while only', () => {
    for (let at = 0; at < 100; at++) {
      time.micros();
      pass(ANCHOR_MS / 128);
    }
    expect(wallReads).to.equal(1);
    pass(ANCHOR_MS / 2);
    time.micros();
    expect(wallReads).to.equal(2);
  });

  it('shows that the wall clock was set, in either direction, with the next anchor', () => {
    time.micros();
    for (const stepMicros of [60_000_000, -120_000_000]) {
      wallMicros += stepMicros;
      pass(ANCHOR_MS);
      expect(time.micros()).to.equal(wallMicros);
    }
  });

  it('does not go back where anchors differ a little', () => {
    const first = time.micros();
    pass(ANCHOR_MS);
    wallMicros -= ANCHOR_MS * 1_000 + 3;
    expect(time.micros()).to.equal(first);
    pass(1);
    expect(time.micros()).to.be.above(first);
  });

  it('takes another anchor where reading the wall clock was interrupted', () => {
    delaysMs = [4, 0.001];
    time.micros();
    expect(wallReads).to.equal(2);
    pass(1);
    expect(Math.abs(time.micros() - wallMicros)).to.be.at.most(1);
  });

  it('makes do with what a few tell together where all were interrupted', () => {
    delaysMs = [0.4, 0.1, 0.2, ...Array.from({ length: FIRST_TRIES }, () => 0.3)];
    time.micros();
    expect(wallReads).to.equal(FIRST_TRIES);
    pass(1);
    expect(Math.abs(time.micros() - wallMicros)).to.be.at.most(51);
  });

  it('looks a few times only for an anchor after the first', () => {
    time.micros();
    pass(ANCHOR_MS);
    delaysMs = Array.from({ length: FIRST_TRIES }, () => 3);
    time.micros();
    expect(wallReads).to.equal(1 + 3);
  });

  it('keeps an anchor where a later look was interrupted throughout', () => {
    time.micros();
    pass(ANCHOR_MS);
    delaysMs = [4, 4, 4];
    time.micros();
    pass(1);
    expect(time.micros()).to.equal(wallMicros);
  });

  it('tells the time of a moment ago', () => {
    const atMs = nowMs;
    const at = wallMicros;
    pass(0.5);
    expect(time.micros(atMs)).to.equal(at);
  });

  it('comes to tell parts of a microsecond apart that the wall clock does not', () => {
    // The monotonic clock is at a third of a microsecond when the wall clock begins a new one.
    let micros = 7_000_000;
    const fine = new AnchoredTime(
      () => {
        micros += 0.4;
        const read = Math.floor(micros);
        micros += 0.4;
        return read;
      },
      () => (micros + 1 / 3) / 1_000,
    );
    for (let at = 0; at < 200; at += 1) {
      micros += ANCHOR_MS * 1_000 + 0.17;
      fine.micros();
    }
    let wrong = 0;
    for (let at = 0; at < 100; at += 1) {
      micros += 1.01;
      if (fine.micros() !== Math.floor(micros)) wrong += 1;
    }
    expect(wrong).to.be.at.most(10);
  });
});
