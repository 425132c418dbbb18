import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { FileName } from '../file-name.js';
import { NameQueue } from './name-queue.js';

/**
 * Work that follows replies, for each name at once the first time and then no more often than at a
 * pace: of those added again meanwhile the last counts for all.
 */
export class PacedNames {
  /** Whose work waits for its turn or is under way, and whether they were added again meanwhile. */
  readonly #atWork = new Map<FileName, boolean>();
  /** Whose work was over less than a pace ago, in the order of when that was. */
  readonly #resting = new Map<FileName, { readonly sinceMs: number; again: boolean }>();
  readonly #queue: NameQueue;
  #timer: { readonly dueMs: number; readonly cancel: CancelTimer } | undefined;

  /**
   * @param limit names that may wait for their turn, and as many that rest; any beyond are not held
   *   to the pace
   * @param paceMs between the end of the work for a name and its next beginning
   * @param work must not throw
   */
  constructor(
    private readonly limit: number,
    private readonly paceMs: number,
    private readonly clock: Clock,
    work: (name: FileName) => Promise<void>,
  ) {
    this.#queue = new NameQueue(limit, async (name) => {
      await work(name);
      this.#rest(name);
    });
  }

  /** False if there is no room for the name. */
  add(name: FileName): boolean {
    if (this.#atWork.has(name)) {
      this.#atWork.set(name, true);
      return true;
    }
    this.#forgetRested();
    const resting = this.#resting.get(name);
    if (resting === undefined) return this.#begin(name);
    resting.again = true;
    this.#arm(resting.sinceMs);
    return true;
  }

  /** Resolves when everything that was added is done, without waiting for the pace. */
  async flush(): Promise<void> {
    do {
      const resting = [...this.#resting];
      this.#resting.clear();
      for (const [name, { again }] of resting) if (again) this.#begin(name);
      await this.#queue.idle();
    } while (this.#resting.size > 0);
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #begin(name: FileName): boolean {
    if (!this.#queue.add(name)) return false;
    this.#atWork.set(name, false);
    return true;
  }

  #rest(name: FileName): void {
    const again = this.#atWork.get(name) === true;
    this.#atWork.delete(name);
    if (this.#resting.size < this.limit) {
      const sinceMs = this.clock.monotonicMs();
      this.#resting.set(name, { sinceMs, again });
      if (again) this.#arm(sinceMs);
    } else if (again) {
      this.#begin(name);
    }
  }

  #forgetRested(): void {
    const oldestMs = this.clock.monotonicMs() - this.paceMs;
    for (const [name, { sinceMs, again }] of this.#resting) {
      // What is to be done again is due already, or was before what follows it.
      if (sinceMs > oldestMs || again) return;
      this.#resting.delete(name);
    }
  }

  #arm(sinceMs: number): void {
    const dueMs = sinceMs + this.paceMs;
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.cancel();
    const delayMs = Math.max(0, dueMs - this.clock.monotonicMs());
    this.#timer = { dueMs, cancel: this.clock.after(delayMs, () => this.#beginDue()) };
  }

  #beginDue(): void {
    this.#timer = undefined;
    const oldestMs = this.clock.monotonicMs() - this.paceMs;
    for (const [name, { sinceMs, again }] of this.#resting) {
      if (sinceMs > oldestMs) {
        if (!again) continue;
        this.#arm(sinceMs);
        return;
      }
      this.#resting.delete(name);
      if (again) this.#begin(name);
    }
  }
}
