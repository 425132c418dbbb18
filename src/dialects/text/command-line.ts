import { MAX_COMMAND_LINE_BYTES } from './limits.js';

/** What a command line may begin with; case counts. */
export type Word = 'TIME' | 'GET' | 'LOCK' | 'PUT' | 'BYE' | 'EXIT';

export type CommandLine =
  | { readonly word: 'TIME' | 'BYE' | 'EXIT' }
  /** The name is everything behind the first space, unchecked. */
  | { readonly word: 'GET' | 'LOCK'; readonly name: Buffer }
  /** `size` is undefined where it is no number. */
  | { readonly word: 'PUT'; readonly name: Buffer; readonly size: number | undefined };

export type Recognition =
  | {
      readonly kind: 'command';
      readonly line: CommandLine;
      /** Bytes of the line and its line break. */
      readonly length: number;
      readonly lineBreak: boolean;
    }
  /** What arrives within the quiet time decides. */
  | { readonly kind: 'undecided' }
  | { readonly kind: 'text' };

/**
 * Clients of the practice course send what they have in pieces of this many bytes, so a command
 * with a name that is exactly as long may be one of several ([T-3]).
 */
const PIECE_BYTES = 20;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = ' ';
const SIZE = /^\d+$/;
const TEXT: Recognition = { kind: 'text' };

/**
 * Tells whether a message begins with a command.
 * @param bytes what is there of the message; not empty
 * @param words the commands that are known
 * @param inPieces whether it arrived in several reads
 * @param ended whether nothing can follow any more
 */
export function recognise(
  bytes: Buffer,
  words: ReadonlySet<Word>,
  inPieces: boolean,
  ended: boolean,
): Recognition {
  const lineFeed = bytes.subarray(0, MAX_COMMAND_LINE_BYTES).indexOf(LF);
  if (lineFeed < 0 && bytes.length >= MAX_COMMAND_LINE_BYTES) return TEXT;
  const line = parse(lineFeed < 0 ? bytes : withoutLineBreak(bytes, lineFeed), words);
  if (line === undefined) return TEXT;
  if (lineFeed >= 0) return { kind: 'command', line, length: lineFeed + 1, lineBreak: true };
  if (line.word === 'PUT') return ended ? TEXT : { kind: 'undecided' };
  const mayGoOn = 'name' in line && (inPieces || bytes.length === PIECE_BYTES);
  if (mayGoOn && !ended) return { kind: 'undecided' };
  return { kind: 'command', line, length: bytes.length, lineBreak: false };
}

function withoutLineBreak(bytes: Buffer, lineFeed: number): Buffer {
  return bytes.subarray(0, bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed);
}

function parse(line: Buffer, words: ReadonlySet<Word>): CommandLine | undefined {
  for (const word of words) {
    switch (word) {
      case 'TIME':
      case 'BYE':
      case 'EXIT':
        if (line.length === word.length && startsWith(line, word)) return { word };
        break;
      case 'GET':
      case 'LOCK':
        if (startsWith(line, word + SPACE)) return { word, name: line.subarray(word.length + 1) };
        break;
      case 'PUT':
        if (startsWith(line, word + SPACE)) return put(line.subarray(word.length + 1));
        break;
    }
  }
  return undefined;
}

/** The size is what stands behind the last space, since a name may have spaces. */
function put(rest: Buffer): CommandLine {
  const space = rest.lastIndexOf(SPACE);
  const size = rest.toString('latin1', space + 1);
  return {
    word: 'PUT',
    name: rest.subarray(0, Math.max(0, space)),
    size: space > 0 && SIZE.test(size) ? Number(size) : undefined,
  };
}

function startsWith(line: Buffer, prefix: string): boolean {
  return line.toString('latin1', 0, prefix.length) === prefix;
}
