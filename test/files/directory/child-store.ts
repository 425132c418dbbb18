import { writeSync } from 'node:fs';
import { SystemClock } from '../../../src/clock/system-clock.js';
import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import type { Failpoints } from '../../../src/files/failpoints.js';
import { Keeping } from '../../../src/files/keeping.js';
import { RecordingLog } from '../../support/recording-log.js';
import { RecordingFileObserver } from './store-fixture.js';

/** A store as a replica has it, in a process of its own. */
export function childStore(root: string, failpoints: Failpoints): DirectoryFileStore {
  return new DirectoryFileStore(
    new DirectoryStoreOptions(root, 1_000_000, new Keeping(100), 'fsync', 'on'),
    new SystemClock(),
    new RecordingLog(),
    new RecordingFileObserver(),
    failpoints,
  );
}

/** Tells the parent at once, even if the next thing that happens is the end of this process. */
export function tell(line: string): void {
  writeSync(1, `${line}\n`);
}
