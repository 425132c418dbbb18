import type { Command } from '../../commands/command.js';
import type { Input } from './input.js';
import { MAX_ALIKE } from './limits.js';

/** A longer name is no command's. */
const LONGEST_NAME_BYTES = 16;

const NOTHING = Buffer.alloc(0);

const NO_ARGUMENTS: readonly Buffer[] = [];

/**
 * The request without arguments that was decoded last, as it lies on the wire: who asks for the
 * time asks for it many times, and comparing its 14 bytes costs a fraction of decoding them. One
 * for all connections.
 */
export class LastRequest {
  #spelling: Buffer = NOTHING;
  #bytes: Buffer = NOTHING;
  #name = '';
  /** How many in a row are one command. */
  #most = 1;

  /** @returns its command, if just this request comes next in `input`; it is taken from there then */
  takeFrom(input: Input): Command | undefined {
    if (this.#name === '') return undefined;
    const times = input.takeEach(this.#bytes, this.#most);
    if (times === 0) return undefined;
    return { name: this.#name, args: NO_ARGUMENTS, receivedAt: input.atMicros, times };
  }

  /**
   * @param spelling as the client wrote it
   * @param name in upper case
   * @param alike whether all of several in a row are given the same reply
   */
  remember(spelling: Buffer, name: string, alike: boolean): void {
    if (spelling.length > LONGEST_NAME_BYTES || spelling.equals(this.#spelling)) return;
    this.#spelling = Buffer.from(spelling);
    this.#bytes = Buffer.concat([
      Buffer.from(`*1\r\n$${spelling.length}\r\n`),
      spelling,
      Buffer.from('\r\n'),
    ]);
    this.#name = name;
    this.#most = alike ? MAX_ALIKE : 1;
  }
}
