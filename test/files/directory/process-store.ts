import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { type Failpoints, NoFailpoints } from '../../../src/files/failpoints.js';
import { Keeping } from '../../../src/files/keeping.js';
import { ClockAhead } from '../../support/clock-ahead.js';
import { RecordingLog } from '../../support/recording-log.js';
import { RecordingFileObserver } from './store-fixture.js';

/** A store as a replica has it, on the clock of the system or one ahead of it. */
export function processStore(
  root: string,
  wish: {
    readonly keepVersions: number;
    readonly aheadMs: number;
    readonly failpoints?: Failpoints;
  },
): DirectoryFileStore {
  return new DirectoryFileStore(
    new DirectoryStoreOptions(root, 1_000_000, new Keeping(wish.keepVersions), 'fsync', 'on'),
    new ClockAhead(wish.aheadMs),
    new RecordingLog(),
    new RecordingFileObserver(),
    wish.failpoints ?? new NoFailpoints(),
  );
}
