import { MAX_HELD_NAMES } from './limits.js';

/** The files a connection holds, in the order they were locked: free text goes to the last. */
export class HeldNames {
  /** Names byte for byte, as latin1. */
  #names: string[] = [];

  get none(): boolean {
    return this.#names.length === 0;
  }

  get last(): Buffer | undefined {
    const last = this.#names.at(-1);
    return last === undefined ? undefined : Buffer.from(last, 'latin1');
  }

  /** Whether another file would be one too many. */
  tooManyWith(name: Buffer): boolean {
    return this.#names.length >= MAX_HELD_NAMES && !this.#names.includes(keyOf(name));
  }

  /** Locking again what is held makes it the last. */
  add(name: Buffer): void {
    this.remove(name);
    this.#names.push(keyOf(name));
  }

  remove(name: Buffer): void {
    const key = keyOf(name);
    this.#names = this.#names.filter((held) => held !== key);
  }
}

const keyOf = (name: Buffer): string => name.toString('latin1');
