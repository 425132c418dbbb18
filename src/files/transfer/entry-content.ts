/**
 * The content of one entry. The stream of an entry takes the whole archive with it when whoever
 * reads it stops early, so this one is read to its end in any case.
 */
export class EntryContent {
  readonly #chunks: AsyncIterator<unknown>;

  constructor(entry: AsyncIterable<unknown>) {
    this.#chunks = entry[Symbol.asyncIterator]();
  }

  async *read(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return;
      if (!Buffer.isBuffer(value)) throw new TypeError('an entry had something else than bytes');
      yield value;
    }
  }

  /** Passes over what nobody read. */
  async finish(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }
}
