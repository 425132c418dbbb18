import type { Options, PositionalOptions } from 'yargs';
import { UsageError } from './cli-error.js';

/** A command's options and positionals, by name, as they were given: texts, lists and switches. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface WholeRange {
  readonly least: number;
  readonly most: number;
}

/** An option with one value, of which the last one given counts. */
export function valueOption(describe: string, more: Options = {}): Options {
  return { describe, type: 'string', requiresArg: true, ...more };
}

export function switchOption(describe: string, more: Options = {}): Options {
  return { describe, type: 'boolean', ...more };
}

export function namePositional(describe = 'Name of the file on the server'): PositionalOptions {
  return { describe, type: 'string' };
}

/**
 * Stands for a lone `-`, which yargs would take for the beginning of an option. No real argument
 * can hold a NUL.
 */
export const LONE_DASH = '\0-';

/** What counts of an option that was given more than once. */
export function last(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

export function text(args: Arguments, name: string): string | undefined {
  const value = last(args[name]);
  if (value === undefined) return undefined;
  return value === LONE_DASH ? '-' : String(value);
}

/** The path of a local file, or `-` where none is given. */
export function pathOrDash(args: Arguments, name: string): string {
  return args[name] === undefined ? '-' : requiredText(args, name);
}

export function requiredText(args: Arguments, name: string): string {
  const value = text(args, name);
  if (value === undefined || value === '') throw new UsageError(`${name} must not be empty`);
  return value;
}

/** All values of a positional that takes any number. */
export function texts(args: Arguments, name: string): readonly string[] {
  const values = args[name];
  if (!Array.isArray(values)) return [];
  return values.map((value) => requiredText({ [name]: value }, name));
}

export function isSet(args: Arguments, name: string): boolean {
  return args[name] === true;
}

/** The whole number given to an option; undefined if it was not given. */
export function whole(args: Arguments, flag: string, range: WholeRange): number | undefined {
  const value = text(args, flag);
  return value === undefined ? undefined : parseWhole(`--${flag}`, value, range);
}

/** @param what as the sentence of the refusal names it, such as `--count` */
export function parseWhole(what: string, value: string, { least, most }: WholeRange): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${what} takes a whole number from ${least} to ${most}, not "${value}"`);
}
