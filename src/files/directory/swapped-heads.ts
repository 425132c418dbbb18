import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';

/** Names whose heads are remembered: about 1 MB. */
const MAX_REMEMBERED = 4_096;

/**
 * The heads that this process swapped to last. A swap takes place only from the head that is there, so
 * one may be tried from what is remembered without a look at the folder: only who swaps learns whether it
 * still was the head.
 */
export class SwappedHeads {
  /** In the order of their swaps. */
  readonly #heads = new Map<FileName, Head>();

  constructor(private readonly limit = MAX_REMEMBERED) {}

  get(name: FileName): Head | undefined {
    return this.#heads.get(name);
  }

  add(head: Head): void {
    this.#heads.delete(head.name);
    this.#heads.set(head.name, head);
    if (this.#heads.size <= this.limit) return;
    const [oldest] = this.#heads.keys();
    if (oldest !== undefined) this.#heads.delete(oldest);
  }

  drop(name: FileName): void {
    this.#heads.delete(name);
  }
}
