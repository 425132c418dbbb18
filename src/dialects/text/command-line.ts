import { COMMAND_LINE_BYTES } from './limits.js';
import type { ProfileRules } from './profile.js';

export interface CommandLine {
  readonly name: 'TIME' | 'GET' | 'LOCK' | 'PUT' | 'BYE';
  /** File name, or the word that ended the connection. */
  readonly argument: Buffer;
  /** Of a framed `PUT name size`. */
  readonly size: number;
}

const NOTHING = Buffer.alloc(0);
const WITH_NAME = /^(GET|LOCK) (.+)$/s;
const FRAMED_PUT = /^PUT (.+) (\d{1,16})$/s;

/**
 * The command that a line spells exactly, without its line break; undefined for free text.
 * @param complete whether a line break ended it: only then can it announce framed content
 */
export function readCommandLine(
  line: Buffer,
  complete: boolean,
  rules: ProfileRules,
): CommandLine | undefined {
  if (line.length === 0 || line.length > COMMAND_LINE_BYTES) return undefined;
  // Byte by byte, so that a name's own encoding survives for the name rules to judge.
  const text = line.toString('latin1');
  if (rules.endWords.has(text)) return { name: 'BYE', argument: line, size: 0 };
  if (text === 'TIME') {
    return rules.commands.has('TIME') ? { name: 'TIME', argument: NOTHING, size: 0 } : undefined;
  }
  const [, word, name] = WITH_NAME.exec(text) ?? [];
  if ((word === 'GET' || word === 'LOCK') && name !== undefined) {
    if (!rules.commands.has(word) || name.includes('\n')) return undefined;
    return { name: word, argument: Buffer.from(name, 'latin1'), size: 0 };
  }
  const [, framedName, size] = FRAMED_PUT.exec(text) ?? [];
  if (!complete || framedName === undefined || !rules.commands.has('PUT')) return undefined;
  return { name: 'PUT', argument: Buffer.from(framedName, 'latin1'), size: Number(size) };
}
