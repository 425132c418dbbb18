import { type TimeSample, timeSample } from '../../../src/client/time-exchange.js';

/** One exchange as it truly happens, in microseconds with fractions. */
export interface Exchange {
  /** Since the exchange before was over. */
  readonly pause: number;
  readonly there: number;
  readonly work: number;
  readonly back: number;
}

export interface TrueRun {
  readonly samples: readonly TimeSample[];
  /** Server's clock minus local clock when the last answer came. */
  readonly offsetAtEnd: number;
}

/** A time of day: what is far from zero must not cost digits. */
const EPOCH = 1_790_000_000_000_000;

/** What two clocks that read whole microseconds see of exchanges, with all that is true known. */
export function trueRun(offset: number, ppm: number, exchanges: readonly Exchange[]): TrueRun {
  let now = 0;
  const offsetAt = (time: number): number => offset + (time * ppm) / 1_000_000;
  const local = (): number => EPOCH + Math.floor(now);
  const server = (): number => EPOCH + Math.floor(now + offsetAt(now));
  const samples = exchanges.map(({ pause, there, work, back }) => {
    now += pause;
    const sent = local();
    now += there;
    const received = server();
    now += work;
    const answered = server();
    now += back;
    return timeSample(sent, received, answered, local());
  });
  return { samples, offsetAtEnd: offsetAt(now) };
}

/** Numbers that look random and are the same each time (xorshift). */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
