import { setTimeout } from 'node:timers/promises';
import { hasFailed } from './bucket-errors.js';

/** How often something that may be repeated is tried. */
const MAX_TRIES = 4;

/** Before the second try, in milliseconds; doubled before each further one. */
const FIRST_PAUSE_MS = 50;

/**
 * No further try starts so long after the first, in milliseconds: a service that hangs takes up the
 * whole time-out each time, and somebody waits for an answer.
 */
export const GIVE_UP_AFTER_MS = 10_000;

/** Says whether to try once more, and waits a little longer before each. */
export class Tries {
  readonly #startedMs: number;
  #failed = 0;

  constructor(
    private readonly most: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#startedMs = nowMs();
  }

  /** To be called after a try that failed. */
  async again(): Promise<boolean> {
    this.#failed += 1;
    if (this.#failed >= this.most || this.nowMs() - this.#startedMs >= GIVE_UP_AFTER_MS) {
      return false;
    }
    await pause(this.#failed - 1);
    return true;
  }
}

/** What may have failed only this time is tried again; so is an object that others work at. */
export async function repeated<T>(
  work: () => Promise<T>,
  onUnclear: () => void = () => undefined,
): Promise<T> {
  const tries = new Tries(MAX_TRIES);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (hasFailed(error, 'unclear')) onUnclear();
      if (!hasFailed(error, 'unclear', 'conflict') || !(await tries.again())) throw error;
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
