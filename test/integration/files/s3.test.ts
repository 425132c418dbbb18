import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { describeFileStore, type FileStoreFixture } from '../../contract/file-store.contract.js';
import { publishAgainstEachOther } from '../../contract/publishing-processes.js';
import { placeIn } from '../../files/s3/publishing-processes.js';
import { makeReplica } from '../../files/s3/s3-fixture.js';
import { redisClient } from '../../support/redis-client.js';
import { type RunningServer, startServer } from '../../support/server-fixture.js';
import { sharedRedisUrl } from '../support/redis.js';
import { Ceph, CREDENTIALS } from './ceph.js';

const COUNTING_CLIENTS = 8;
const INCREMENTS = 5;

/** So many are acknowledged before a replica is killed, and after. */
const COUNTED_AROUND_A_KILL = 12;

describe('A real S3 service', () => {
  let ceph: Ceph;

  before(async () => {
    ceph = await Ceph.start();
  });

  after(() => ceph.stop());

  const place = () => {
    const { endpoint, bucket } = ceph;
    return { endpoint, bucket, prefix: `${randomUUID()}/` };
  };

  const start = async (): Promise<FileStoreFixture> => {
    const options = place();
    const [here, there] = [makeReplica(options).store, makeReplica(options).store];
    await Promise.all([here.open(), there.open()]);
    return {
      here,
      there,
      close: async () => void (await Promise.all([here.close(), there.close()])),
    };
  };

  describeFileStore('S3FileStore on Ceph', start, 60_000);

  it('lets exactly one of several processes win every swap', async () => {
    await publishAgainstEachOther(placeIn(place()), 10);
  });

  describe('with replicas of the program that share nothing else but a lock table', () => {
    const servers: RunningServer[] = [];

    before(async () => {
      const { endpoint, bucket, prefix } = place();
      const settings = {
        ...CREDENTIALS,
        FILES_ROOT: '',
        FILES_URL: `s3://${bucket}/${prefix}?endpoint=${endpoint}`,
        REDIS_URL: sharedRedisUrl(),
        LEASE_TTL_MS: '2000',
      };
      servers.push(...(await Promise.all([startServer(settings), startServer(settings)])));
    });

    after(() => Promise.all(servers.map((server) => server.stop())));

    it('counts every increment of a counter in a file', async () => {
      const name = `counter/${randomUUID()}`;
      const count = async (port: number): Promise<void> => {
        const client = redisClient('127.0.0.1', port);
        try {
          for (let at = 0; at < INCREMENTS; at++) {
            await client.call('LOCK', name, 'WAIT', '60000');
            const before = Number((await client.call('GET', name)) ?? 0);
            await client.call('PUT', name, `${before + 1}`);
          }
        } finally {
          client.disconnect();
        }
      };
      const ports = servers.map(({ port }) => port);
      const clients = Array.from({ length: COUNTING_CLIENTS }, (_, at) => ports[at % ports.length]);
      await Promise.all(clients.map((port) => count(port ?? 0)));
      const total = COUNTING_CLIENTS * INCREMENTS;
      for (const port of ports) {
        const client = redisClient('127.0.0.1', port);
        expect(await client.call('GET', name)).to.equal(`${total}`);
        client.disconnect();
      }
    });

    it('loses no acknowledged increment where a replica is killed, and invents none', async () => {
      const name = `killed/${randomUUID()}`;
      const [survivor, victim] = servers;
      let acknowledged = 0;
      let unknown = 0;
      let atTheKill = Number.POSITIVE_INFINITY;
      const onCounted = (): void => {
        acknowledged += 1;
        if (acknowledged !== COUNTED_AROUND_A_KILL || victim === undefined) return;
        atTheKill = acknowledged;
        process.kill(victim.pid, 'SIGKILL');
      };
      /** Counts until enough was counted after the kill, or its replica is gone. */
      const count = async (port: number): Promise<void> => {
        const client = redisClient('127.0.0.1', port);
        try {
          while (acknowledged < atTheKill + COUNTED_AROUND_A_KILL) {
            await client.call('LOCK', name, 'WAIT', '30000');
            const before = Number((await client.call('GET', name)) ?? 0);
            unknown += 1;
            await client.call('PUT', name, `${before + 1}`);
            unknown -= 1;
            onCounted();
          }
        } catch (error) {
          // Only what was killed may fail, and only then.
          if (port !== victim?.port || acknowledged < atTheKill) throw error;
        } finally {
          client.disconnect();
        }
      };
      const ports = [survivor, victim, survivor, victim].map((server) => server?.port ?? 0);
      await Promise.all(ports.map(count));
      expect(await victim?.exited, 'killed').to.equal(null);
      const client = redisClient('127.0.0.1', survivor?.port ?? 0);
      const total = Number(await client.call('GET', name));
      client.disconnect();
      expect(acknowledged).to.be.at.least(2 * COUNTED_AROUND_A_KILL);
      expect(total).to.be.within(acknowledged, acknowledged + unknown);
      expect(unknown, 'one PUT of each client of the killed one at most').to.be.at.most(2);
    });
  });
});
