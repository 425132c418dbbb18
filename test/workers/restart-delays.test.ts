import { expect } from 'chai';
import {
  FIRST_DELAY_MS,
  LONGEST_DELAY_MS,
  RestartDelays,
  STEADY_MS,
} from '../../src/workers/restart-delays.js';

describe('The delays before a worker is followed by another', () => {
  let delays: RestartDelays;

  beforeEach(() => {
    delays = new RestartDelays();
  });

  it('are none after one that lived for long, whatever was before', () => {
    for (let ends = 0; ends < 5; ends++) delays.after(0);
    expect(delays.after(STEADY_MS)).to.equal(0);
  });

  it('are none after the first early end', () => {
    expect(delays.after(STEADY_MS - 1)).to.equal(0);
  });

  it('double with each further early end in a row', () => {
    const row = Array.from({ length: 4 }, () => delays.after(STEADY_MS - 1));
    expect(row).to.deep.equal([0, FIRST_DELAY_MS, 2 * FIRST_DELAY_MS, 4 * FIRST_DELAY_MS]);
  });

  it('grow to a limit, and stay there', () => {
    const row = Array.from({ length: 2_000 }, () => delays.after(0));
    expect(Math.max(...row)).to.equal(LONGEST_DELAY_MS);
    expect(row.at(-1)).to.equal(LONGEST_DELAY_MS);
  });

  it('begin anew after one that lived for long', () => {
    for (let ends = 0; ends < 5; ends++) delays.after(0);
    delays.after(STEADY_MS);
    expect(delays.after(0)).to.equal(FIRST_DELAY_MS);
  });
});
