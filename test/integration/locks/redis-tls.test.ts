import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RedisOptions } from 'ioredis';
import { Authority } from '../../support/certificates.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { eventually } from '../support/eventually.js';
import { makeReplica, type Replica, uniquePrefix } from './redis-fixture.js';
import { FILES, RedisServers } from './redis-servers.js';
import { hold, queue } from './requests.js';

const TIMEOUT_MS = 500;

const PASSWORD = 'p@ss/w?rd#1';

/** One server by itself, one that is a whole cluster, and a sentinel of the first. */
const [SINGLE, CLUSTER, SENTINEL] = [0, 1, 2] as const;

describe('Redis with TLS and a password', () => {
  const authority = new Authority();
  let servers: RedisServers;
  let replicas: Replica[];

  before(async () => {
    const { certificate, key } = authority.issue();
    servers = await RedisServers.start(3, {
      'ca.pem': authority.certificate,
      'server.pem': certificate,
      'server.key': key,
    });
    const tls = [
      ...['--port', '0', '--tls-auth-clients', 'no', '--tls-ca-cert-file', `${FILES}/ca.pem`],
      ...['--tls-cert-file', `${FILES}/server.pem`, '--tls-key-file', `${FILES}/server.key`],
    ];
    const signIn = ['--requirepass', PASSWORD];
    const tlsPort = (index: number): string[] => ['--tls-port', `${servers.port(index)}`];
    await servers.serve(SINGLE, [...tlsPort(SINGLE), ...tls, ...signIn]);
    await servers.serve(CLUSTER, [
      ...[...tlsPort(CLUSTER), ...tls, ...signIn, '--tls-cluster', 'yes'],
      ...['--cluster-enabled', 'yes', '--cluster-port', '21000'],
      ...['--cluster-announce-ip', '127.0.0.1'],
    ]);
    const config = [
      `sentinel monitor main 127.0.0.1 ${servers.port(SINGLE)} 1`,
      `sentinel auth-pass main ${PASSWORD}`,
    ].join('\n');
    await servers.run(['sh', '-c', `echo '${config}' > /tmp/sentinel.conf`]);
    await servers.run([
      ...['redis-server', '/tmp/sentinel.conf', '--sentinel', ...tlsPort(SENTINEL), ...tls],
      ...['--tls-replication', 'yes', '--daemonize', 'yes', '--protected-mode', 'no'],
    ]);
    const access: RedisOptions = { password: PASSWORD, tls: { ca: authority.certificate } };
    await servers.administer(CLUSTER, (redis) => redis.cluster('ADDSLOTSRANGE', 0, 16_383), access);
    await eventually('the cluster is whole', async () =>
      servers.administer(
        CLUSTER,
        async (redis) => (await redis.cluster('INFO')).includes('cluster_state:ok'),
        access,
      ),
    );
  });

  after(() => servers.stop());

  beforeEach(() => {
    replicas = [];
  });

  afterEach(async () => {
    await Promise.all(replicas.map((made) => made.close()));
  });

  const opened = async (url: string, trusted: string): Promise<Replica> => {
    await using folder = await temporaryFolder();
    const tlsCaFile = join(folder.path, 'trusted.pem');
    await writeFile(tlsCaFile, trusted);
    const made = makeReplica({ url, keyPrefix: uniquePrefix(), timeoutMs: TIMEOUT_MS, tlsCaFile });
    replicas.push(made);
    await made.open();
    return made;
  };

  const password = encodeURIComponent(PASSWORD);
  const urls = {
    'one server': () => `rediss://:${password}@127.0.0.1:${servers.port(SINGLE)}`,
    'a cluster': () => `rediss+cluster://default:${password}@${servers.addresses([CLUSTER])}`,
    sentinels: () => `rediss+sentinel://:${password}@${servers.addresses([SENTINEL])}?master=main`,
  };
  for (const [kind, url] of Object.entries(urls)) {
    it(`is reached at ${kind}, also by messages`, async () => {
      const { table, link } = await opened(url(), authority.certificate);
      await eventually('messages come through', async () => link.hears);
      const { grantId } = await hold(table, 'a.txt', 'ana');
      const { answer } = await queue(table, 'a.txt', 'ben');
      await table.release('a.txt', grantId);
      expect((await answer).outcome).to.equal('granted');
    });
  }

  it('is not trusted where another authority signed', async () => {
    const { table, log } = await opened(urls['one server'](), new Authority().certificate);
    expect(table.available).to.equal(false);
    const reasons = log.lines.map(({ fields }) => fields['reason']);
    expect(reasons.join('; ')).to.match(/certificate/);
  });

  it('is not reached with another password, which is written nowhere', async () => {
    const wrong = urls['one server']().replace(password, 'hunter2');
    const { table, log } = await opened(wrong, authority.certificate);
    expect(table.available).to.equal(false);
    expect(JSON.stringify(log.lines)).to.include('WRONGPASS').and.not.include('hunter2');
  });
});
