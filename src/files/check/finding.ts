import type { FileName } from '../file-name.js';

/** What can be wrong with a store, and what is to be done about it. */
export const FINDINGS = {
  HEAD: 'restore its folder below .candado/files, or its object, from a backup; see docs/fsck.md',
  RECORD: 'restore the record from a backup; versions behind it cannot be read',
  CONTENT: 'RESTORE another version of the file, or restore the content from a backup',
  VIEW: 'fsck --repair writes it again; a running service does, too, within ten minutes',
  BLOCKED: 'move what is in the way somewhere else',
  REPLACED: 'publish it with `candado put`, or move it away and run fsck --repair',
  LEFTOVER: 'fsck --repair removes it; a running service does, too, within six hours',
} as const satisfies Readonly<Record<string, string>>;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  /** Absent for what belongs to no file. */
  readonly name?: FileName;
  readonly version?: number;
  /** A sentence without its end. */
  readonly what: string;
  readonly repaired: boolean;
}
