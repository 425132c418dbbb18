import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { awakeFor } from '../../src/client/awake.js';
import { rejection } from '../support/rejection.js';

/** Whether the next turn of the event loop comes without anything to wait for. */
const isAwake = (): boolean => process.getActiveResourcesInfo().includes('Immediate');

describe('awakeFor', () => {
  it('passes an answer on, and what went wrong', async () => {
    expect(await awakeFor(Promise.resolve(7), 2)).to.equal(7);
    expect(await awakeFor(Promise.resolve(7), 1)).to.equal(7);
    expect(await rejection(awakeFor(Promise.reject(new Error('away')), 2))).to.include({
      message: 'away',
    });
  });

  it('does not sleep over it, but for a moment only', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const answered = awakeFor(promise, 2);
    expect(isAwake()).to.equal(true);
    while (isAwake()) await delay(1);
    resolve();
    await answered;
  });

  it('sleeps once the answer is there', async () => {
    await awakeFor(Promise.resolve(), 2);
    await delay(0);
    expect(isAwake()).to.equal(false);
  });

  it('sleeps where there is one processor, which may be needed for the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const answered = awakeFor(promise, 1);
    expect(isAwake()).to.equal(false);
    resolve();
    await answered;
  });
});
