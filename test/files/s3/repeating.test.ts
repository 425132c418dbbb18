import { expect } from 'chai';
import { BucketError } from '../../../src/files/s3/bucket-errors.js';
import { GIVE_UP_AFTER_MS, repeated, Tries } from '../../../src/files/s3/repeating.js';
import { rejection } from '../../support/rejection.js';

describe('Trying a request again', () => {
  it('ends after so many tries', async () => {
    const tries = new Tries(3);
    const again = [await tries.again(), await tries.again(), await tries.again()];
    expect(again).to.deep.equal([true, true, false]);
  });

  it('ends when so much time is over that nobody should wait for another one', async () => {
    let nowMs = 0;
    const tries = new Tries(100, () => nowMs);
    nowMs = GIVE_UP_AFTER_MS - 1;
    expect(await tries.again()).to.equal(true);
    nowMs = GIVE_UP_AFTER_MS;
    expect(await tries.again()).to.equal(false);
  });

  it('is done only where it may help, and tells of what may still take place', async () => {
    const outcomes = {
      denied: [1, 0],
      refused: [1, 0],
      unclear: [4, 4],
      conflict: [4, 0],
    } as const;
    for (const [failure, expected] of Object.entries(outcomes)) {
      let [tried, unclear] = [0, 0];
      const work = async (): Promise<never> => {
        tried += 1;
        throw new BucketError(failure as keyof typeof outcomes, 'x');
      };
      await rejection(repeated(work, () => (unclear += 1)));
      expect([tried, unclear], failure).to.deep.equal(expected);
    }
  });
});
