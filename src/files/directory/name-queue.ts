import type { FileName } from '../file-name.js';

/** Work that follows replies, one name at a time; a name that waits already is not added again. */
export class NameQueue {
  readonly #waiting = new Set<FileName>();
  #working: Promise<void> | undefined;

  /**
   * @param limit names that may wait; beyond it they are refused
   * @param work must not throw
   */
  constructor(
    private readonly limit: number,
    private readonly work: (name: FileName) => Promise<void>,
  ) {}

  /** False if the queue is full. */
  add(name: FileName): boolean {
    if (!this.#waiting.has(name) && this.#waiting.size >= this.limit) return false;
    this.#waiting.add(name);
    this.#working ??= this.#run();
    return true;
  }

  /** Resolves when everything that was added is done. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #run(): Promise<void> {
    // Not within the call that added it: its reply comes first.
    await Promise.resolve();
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      await this.work(name);
    }
    this.#working = undefined;
  }
}
