import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { buildParts } from '../../../src/files/directory/store-parts.js';
import { type Failpoints, NoFailpoints } from '../../../src/files/failpoints.js';
import { FileObserver } from '../../../src/files/file-observer.js';
import { Keeping } from '../../../src/files/keeping.js';
import { ClockAhead } from '../../support/clock-ahead.js';
import { RecordingLog } from '../../support/recording-log.js';

export const KEEP_VERSIONS = 20;

/** Largest content in bytes. */
export const MAX_CONTENT_BYTES = 150_000;

class NoObserver extends FileObserver {
  override viewRepaired(): void {}
}

function optionsOf(root: string): DirectoryStoreOptions {
  // No waiting for plain files to settle: whoever puts one there does it by a rename.
  const keeping = new Keeping(KEEP_VERSIONS);
  return new DirectoryStoreOptions(root, 2 * MAX_CONTENT_BYTES, keeping, 'fsync', 'on', {
    settleMs: 0,
  });
}

/** A store as a replica has it, but with its clock ahead. */
export function killedStore(
  root: string,
  aheadMs: number,
  failpoints: Failpoints = new NoFailpoints(),
): DirectoryFileStore {
  const clock = new ClockAhead(aheadMs);
  return new DirectoryFileStore(
    optionsOf(root),
    clock,
    new RecordingLog(),
    new NoObserver(),
    failpoints,
  );
}

/** The same, for looking at what lies on the disk. */
export function killedParts(root: string, aheadMs: number) {
  const clock = new ClockAhead(aheadMs);
  return buildParts(
    optionsOf(root),
    clock,
    new RecordingLog(),
    new NoObserver(),
    new NoFailpoints(),
  );
}
