import { SystemClock } from '../../../src/clock/system-clock.js';
import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { Keeping } from '../../../src/files/keeping.js';
import { RecordingFileObserver } from '../../files/directory/store-fixture.js';
import { RecordingLog } from '../../support/recording-log.js';
import type { StoredVersion } from '../history.js';

const PAGE = 1_000;
const MOST_BYTES = 1_000_000;

/** Every version of every file below a root that nobody writes any more, oldest first. */
export async function readStore(root: string): Promise<Map<string, StoredVersion[]>> {
  const store = new DirectoryFileStore(
    new DirectoryStoreOptions(root, MOST_BYTES, new Keeping(Number.MAX_SAFE_INTEGER), 'os', 'off'),
    new SystemClock(),
    new RecordingLog(),
    new RecordingFileObserver(),
  );
  await store.open();
  const files = new Map<string, StoredVersion[]>();
  let after: string | undefined;
  do {
    const page = await store.list({ count: PAGE, ...(after === undefined ? {} : { after }) });
    for (const name of page.names) {
      const versions = (await store.history(name)).toReversed();
      files.set(
        name,
        versions.map(({ version, sha256, session, token, requestId }) => ({
          ...{ version, sha256, session, token, requestId },
        })),
      );
    }
    after = page.next;
  } while (after !== undefined);
  await store.close();
  return files;
}
