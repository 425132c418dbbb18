import { readFileSync } from 'node:fs';

const FOLDER = new URL('./lua/', import.meta.url);
const INCLUDE = /^-- include: (.+)$/m;

/** How many keys each script takes, as its header says; `many`: as many as the call has. */
const LOCK_SCRIPT_KEYS = {
  acquire: 3,
  advance: 3,
  announce: 'many',
  break: 3,
  confirm: 1,
  'end-expired': 3,
  'give-up': 3,
  holders: 3,
  inspect: 'many',
  loosen: 1,
  raise: 1,
  release: 3,
  renew: 'many',
  'take-over': 3,
} as const;

const SESSION_SCRIPT_KEYS = {
  'session-close': 1,
  'session-gave-up': 1,
  'session-holds': 1,
  'session-open': 1,
  'session-resume': 1,
  'session-touch': 'many',
  'session-waits': 1,
} as const;

export const SCRIPT_KEYS = { ...LOCK_SCRIPT_KEYS, ...SESSION_SCRIPT_KEYS } as const;

export type LockScriptName = keyof typeof LOCK_SCRIPT_KEYS;
export type SessionScriptName = keyof typeof SESSION_SCRIPT_KEYS;
export type ScriptName = LockScriptName | SessionScriptName;

export const LOCK_SCRIPTS = Object.keys(LOCK_SCRIPT_KEYS) as LockScriptName[];
export const SESSION_SCRIPTS = Object.keys(SESSION_SCRIPT_KEYS) as SessionScriptName[];
export const SCRIPT_NAMES: readonly ScriptName[] = [...LOCK_SCRIPTS, ...SESSION_SCRIPTS];

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
