import type { Load } from './load.js';
import type { Place } from './pins.js';
import { TIME, TIME_LINES } from './time-contenders.js';

export interface RateWish {
  /** The load is spread over all of them. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly pipeline: number;
  readonly requests: number;
  readonly place: Place;
}

/** How many TIME a second are answered. */
export async function timeRate(load: Load, wish: RateWish): Promise<number> {
  const reply = { lines: TIME_LINES };
  const { seconds } = await load.run({ ...wish, request: TIME, reply });
  return wish.requests / seconds;
}
