/** Goes once through things in the order in which they happened. */
export class Until<T extends { readonly atMs: number }> {
  readonly #all: readonly T[];
  #taken = 0;

  constructor(all: readonly T[]) {
    this.#all = [...all].sort((a, b) => a.atMs - b.atMs);
  }

  /** What happened before that moment, and was not taken yet; moments must not fall. */
  *take(beforeMs: number): Generator<T> {
    for (; ; this.#taken += 1) {
      const next = this.#all[this.#taken];
      if (next === undefined || next.atMs >= beforeMs) return;
      yield next;
    }
  }
}
