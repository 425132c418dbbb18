import type { Input } from './input.js';

/** A longer name is no command's. */
const LONGEST_NAME_BYTES = 16;

const NOTHING = Buffer.alloc(0);

/**
 * The request without arguments that was decoded last, as it lies on the wire: who asks for the
 * time asks for it many times, and comparing its 14 bytes costs a fraction of decoding them. One
 * for all connections.
 */
export class LastRequest {
  #spelling: Buffer = NOTHING;
  #bytes: Buffer = NOTHING;
  #name = '';

  /** @returns the name, if just this request comes next in `input`; it is taken from there then */
  takeFrom(input: Input): string | undefined {
    return this.#name !== '' && input.takeIf(this.#bytes) ? this.#name : undefined;
  }

  /**
   * @param spelling as the client wrote it
   * @param name in upper case
   */
  remember(spelling: Buffer, name: string): void {
    if (spelling.length > LONGEST_NAME_BYTES || spelling.equals(this.#spelling)) return;
    this.#spelling = Buffer.from(spelling);
    this.#bytes = Buffer.concat([
      Buffer.from(`*1\r\n$${spelling.length}\r\n`),
      spelling,
      Buffer.from('\r\n'),
    ]);
    this.#name = name;
  }
}
