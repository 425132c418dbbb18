import type { Input } from './input.js';
import { MAX_LINE_BYTES } from './limits.js';
import { ProtocolError, shown } from './protocol-error.js';

/** A kind of line that carries a number: `*3` or `$11`. */
export interface LineKind {
  readonly marker: number;
  /** As Redis calls the number in its errors. */
  readonly what: string;
}

export const COUNT_LINE: LineKind = { marker: 0x2a, what: 'multibulk length' };
export const LENGTH_LINE: LineKind = { marker: 0x24, what: 'bulk length' };

export const CR = 0x0d;
export const LF = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Reads one line after the other, each from as many pieces as it comes in. */
export class LengthLine {
  #bytes = 0;
  #digits = 0;
  #value = 0;
  #negative = false;
  #returned = false;

  /** Whether a part of a line was read. */
  get begun(): boolean {
    return this.#bytes > 0;
  }

  /**
   * The number on the line, once its line feed is here; undefined if more bytes are needed.
   * @throws {ProtocolError}
   */
  read(input: Input, kind: LineKind): number | undefined {
    for (let byte = input.takeByte(); byte >= 0; byte = input.takeByte()) {
      this.#bytes += 1;
      if (this.#bytes > MAX_LINE_BYTES) {
        throw ProtocolError.grammar(
          `invalid ${kind.what}: the line is over ${MAX_LINE_BYTES} bytes long`,
        );
      }
      if (byte === LF && this.#returned) return this.#finish();
      this.#accept(byte, kind);
    }
    return undefined;
  }

  #accept(byte: number, kind: LineKind): void {
    if (this.#bytes === 1) {
      if (byte === kind.marker) return;
      throw ProtocolError.grammar(`expected ${shown(kind.marker)}, got ${shown(byte)}`);
    }
    if (this.#returned) {
      throw ProtocolError.grammar(
        `invalid ${kind.what}: a line ends in CR LF, but CR was followed by ${shown(byte)}`,
      );
    }
    if (byte >= ZERO && byte <= NINE) {
      this.#value = this.#value * 10 + (byte - ZERO);
      this.#digits += 1;
    } else if (byte === CR && this.#digits > 0) {
      this.#returned = true;
    } else if (byte === MINUS && this.#bytes === 2) {
      this.#negative = true;
    } else {
      throw ProtocolError.grammar(`invalid ${kind.what}: expected a digit, got ${shown(byte)}`);
    }
  }

  #finish(): number {
    const value = this.#negative ? -this.#value : this.#value;
    this.#bytes = 0;
    this.#digits = 0;
    this.#value = 0;
    this.#negative = false;
    this.#returned = false;
    return value;
  }
}
