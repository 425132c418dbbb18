import { describeFileStore } from '../../contract/file-store.contract.js';
import { FakeS3Fixture } from './s3-fixture.js';

// Ceph, in the suites with containers, is a service of the other kind: it wants bare tags.
describeFileStore('S3FileStore on a service that lists little at a time', async () => {
  const fixture = await FakeS3Fixture.create({ pageSize: 2 });
  const [here, there] = [await fixture.replica(), await fixture.replica()];
  return { here: here.store, there: there.store, close: () => fixture.close() };
});
