const LINE_FEED = 0x0a;

/** Text without a frame, while it arrives: complete once nothing more came for the quiet time. */
export class FreeText {
  #parts: Buffer[] = [];
  #bytes = 0;
  #lastByte: number | undefined;

  /**
   * @param name the file whose content it becomes; undefined: only how it ends matters
   * @param limitBytes how much of a content is kept
   */
  constructor(
    readonly name: Buffer | undefined,
    private readonly limitBytes: number,
  ) {}

  get tooBig(): boolean {
    return this.name !== undefined && this.#bytes > this.limitBytes;
  }

  get endsInLineBreak(): boolean {
    return this.#lastByte === LINE_FEED;
  }

  add(bytes: Buffer): void {
    this.#bytes += bytes.length;
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    if (this.name === undefined) return;
    if (this.tooBig) this.#parts = [];
    else this.#parts.push(bytes);
  }

  content(): Buffer {
    const [only] = this.#parts;
    return this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
  }
}
