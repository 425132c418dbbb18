import { type FileName, parseFileName } from '../files/file-name.js';
import { Refusal } from './refusal.js';
import type { CommandSpec } from './spec.js';
import { usageOf } from './usage.js';

/** Shortest and longest lease a client may ask for, in milliseconds: 0.1 s and one hour. */
export const MIN_TTL_MS = 100;
export const MAX_TTL_MS = 3_600_000;

/** Longest wait a client may ask for, in milliseconds: one day. */
export const MAX_WAIT_MS = 86_400_000;

/** Longest id of a request: room for a UUID, or a hash in hexadecimal. It is kept in each record. */
export const MAX_REQUEST_ID_BYTES = 64;

/** Longest `NOTE` and `REASON`: a sentence. It travels in every `LOCKED` and `LOCKS`. */
export const MAX_REMARK_BYTES = 200;

const REQUEST_ID = new RegExp(`^[\\x21-\\x7e]{1,${MAX_REQUEST_ID_BYTES}}$`);

/** Also what breaks a line without being a control character. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/u;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const SHA256 = /^[0-9a-f]{64}$/;

const INTEGER = /^(0|[1-9]\d{0,15})$/;

/** Reads a command's arguments one by one; throws {@link Refusal} at the first wrong one. */
export class ArgumentReader {
  #next = 0;

  /** @param spec whose grammar error messages tell */
  constructor(
    private readonly args: readonly Buffer[],
    private readonly spec: CommandSpec,
  ) {}

  get done(): boolean {
    return this.#next >= this.args.length;
  }

  fileName(): FileName {
    const result = parseFileName(this.bytes());
    if (!result.ok) throw new Refusal('NAME', result.problem);
    return result.name;
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  bytes(): Buffer {
    const bytes = this.args[this.#next++];
    if (bytes === undefined) throw this.wrong('an argument is missing');
    return bytes;
  }

  /** A whole number from `least` to `most`. */
  integer(what: string, least: number, most: number): number {
    const text = this.text();
    const value = Number(text);
    if (!INTEGER.test(text) || value < least || value > most) {
      throw this.wrong(`${what} must be a whole number from ${least} to ${most}`);
    }
    return value;
  }

  version(): number {
    return this.integer('VERSION', 0, Number.MAX_SAFE_INTEGER);
  }

  /** What a client calls one request of its own. */
  requestId(): string {
    const id = this.text();
    if (!REQUEST_ID.test(id)) {
      throw this.wrong(
        `ID must be 1 to ${MAX_REQUEST_ID_BYTES} bytes of printable ASCII, no blanks`,
      );
    }
    return id;
  }

  /** A checksum in hexadecimal, of any case; in lower case. */
  sha256(): string {
    const text = this.text().toLowerCase();
    if (!SHA256.test(text)) throw this.wrong('SHA256 must be 64 hexadecimal digits');
    return text;
  }

  /** A remark for people: one line. */
  remark(what: string): string {
    const text = decodeUtf8(this.bytes());
    if (
      text === undefined ||
      Buffer.byteLength(text) > MAX_REMARK_BYTES ||
      UNPRINTABLE.test(text)
    ) {
      throw this.wrong(
        `${what} must be at most ${MAX_REMARK_BYTES} bytes of UTF-8 without control characters`,
      );
    }
    return text;
  }

  ttlMs(): number {
    return this.integer('TTL in milliseconds', MIN_TTL_MS, MAX_TTL_MS);
  }

  /**
   * Options by their word, in any order, each at most once.
   * @param known what to do for each upper-case word, which was read already
   */
  options(known: Readonly<Record<string, () => void>>): void {
    const seen = new Set<string>();
    while (!this.done) {
      const word = this.text().toUpperCase();
      const read = Object.hasOwn(known, word) ? known[word] : undefined;
      if (read === undefined) throw this.wrong(`unknown option "${printable(word)}"`);
      if (seen.has(word)) throw this.wrong(`${word} is given twice`);
      seen.add(word);
      read();
    }
  }

  wrong(problem: string): Refusal {
    return new Refusal('ERR', `${problem}; usage: ${usageOf(this.spec)}`);
  }
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What a client sent, fit for an error message. */
export function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}
