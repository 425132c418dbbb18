import { setTimeout } from 'node:timers/promises';
import { hasFailed } from './bucket-errors.js';

/** How often something that may be repeated is tried. */
const MAX_TRIES = 4;

/** Before the second try, in milliseconds; doubled before each further one. */
const FIRST_PAUSE_MS = 50;

/** What may have failed only this time is tried again; so is an object that others work at. */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isLast = tries === MAX_TRIES - 1;
      if (isLast || !hasFailed(error, 'unclear', 'conflict')) throw error;
      await pause(tries);
    }
  }
}

/**
 * Waits a little longer after every failed try. With a timer of its own: those of the clock do not
 * keep the process alive, and at the end this may be the last thing that it waits for.
 */
export async function pause(tries: number): Promise<void> {
  await setTimeout(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random() / 2));
}
