import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import {
  CONTRACT_KEEP_VERSIONS,
  CONTRACT_MAX_FILE_BYTES,
  describeFileStore,
} from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';

describeFileStore('MemoryFileStore', async () => {
  const store = new MemoryFileStore(
    new FakeClock(),
    CONTRACT_MAX_FILE_BYTES,
    new Keeping(CONTRACT_KEEP_VERSIONS),
  );
  await store.open();
  return { here: store, there: store, close: () => store.close() };
});
