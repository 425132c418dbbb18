import { readFileSync } from 'node:fs';

const FOLDER = new URL('./lua/', import.meta.url);
const INCLUDE = /^-- include: (.+)$/m;

/** How many keys each script takes, as its header says; `many`: as many as the call has. */
export const SCRIPT_KEYS = {
  acquire: 3,
  advance: 3,
  announce: 'many',
  confirm: 1,
  'end-expired': 3,
  'give-up': 3,
  inspect: 'many',
  raise: 1,
  release: 3,
  renew: 'many',
} as const;

export type ScriptName = keyof typeof SCRIPT_KEYS;

export const SCRIPT_NAMES = Object.keys(SCRIPT_KEYS) as ScriptName[];

/** A script as its file says it, without what it includes. */
export function readScript(name: ScriptName): string {
  return readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');
}

/** A script as Redis runs it: what its `include` line names stands in front. */
export function assembleScript(name: ScriptName): string {
  const script = readScript(name);
  const included = INCLUDE.exec(script)?.[1]?.split(', ') ?? [];
  const parts = included.map((part) =>
    readFileSync(new URL(`include/${part}.lua`, FOLDER), 'utf8'),
  );
  return [...parts, script].join('\n');
}
