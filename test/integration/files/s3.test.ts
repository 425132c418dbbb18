import { randomUUID } from 'node:crypto';
import { describeFileStore } from '../../contract/file-store.contract.js';
import { makeReplica } from '../../files/s3/s3-fixture.js';
import { Ceph } from './ceph.js';

describe('A real S3 service', () => {
  let ceph: Ceph;

  before(async () => {
    ceph = await Ceph.start();
  });

  after(() => ceph.stop());

  describeFileStore('S3FileStore on Ceph', async () => {
    const { endpoint, bucket } = ceph;
    const options = { endpoint, bucket, prefix: `${randomUUID()}/` };
    const [here, there] = [makeReplica(options).store, makeReplica(options).store];
    await Promise.all([here.open(), there.open()]);
    return {
      here,
      there,
      close: async () => void (await Promise.all([here.close(), there.close()])),
    };
  });
});
