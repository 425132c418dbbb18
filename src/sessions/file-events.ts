import type { ChangeEvent } from '../events/event-feed.js';
import type { FileName } from '../files/file-name.js';
import type { VersionRecord } from '../files/file-store.js';

/** What happens to a file, as subscribers of `file:<name>` are told. */
export type FileEvent =
  /** `size` in bytes. */
  | { readonly event: 'put'; readonly version: number; readonly size: number }
  | { readonly event: 'delete'; readonly version: number };

/** That a version was published. */
export function fileEvent(name: FileName, { version, size, deleted }: VersionRecord): ChangeEvent {
  const event: FileEvent = deleted ? { event: 'delete', version } : { event: 'put', version, size };
  return { topic: `file:${name}`, message: JSON.stringify(event) };
}
