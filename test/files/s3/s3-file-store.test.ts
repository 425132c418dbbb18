import { describeFileStore } from '../../contract/file-store.contract.js';
import type { Oddities } from './fake-s3.js';
import { FakeS3Fixture } from './s3-fixture.js';

const services: readonly (readonly [string, Oddities])[] = [
  ['as Amazon’s', {}],
  ['that wants bare tags and lists little at a time', { bareTags: true, pageSize: 2 }],
];
for (const [kind, oddities] of services) {
  describeFileStore(`S3FileStore on a service ${kind}`, async () => {
    const fixture = await FakeS3Fixture.create(oddities);
    const [here, there] = [await fixture.replica(), await fixture.replica()];
    return { here: here.store, there: there.store, close: () => fixture.close() };
  });
}
