import type { Dialect } from '../dialects/dialect.js';
import { READ_AHEAD_BYTES } from './limits.js';

/** What reading on depends on beside the dialect. */
export interface Pace {
  /** Nothing more is wanted at all. */
  readonly enough: boolean;
  /** A command is under way. */
  readonly busy: boolean;
  /** The client does not read what it is sent. */
  readonly behind: boolean;
}

/** Whether to read on has to wait, for nothing is read faster than it is taken. */
export function hasReadEnough(dialect: Dialect, { enough, busy, behind }: Pace): boolean {
  if (enough || (!busy && behind)) return true;
  const upload = dialect.uploading;
  // An incomplete command is the dialect's to bound; what is behind a running one is ours.
  return upload === undefined ? busy && dialect.bufferedBytes > READ_AHEAD_BYTES : upload.full;
}
