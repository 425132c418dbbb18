import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { redisClient } from '../../support/redis-client.js';
import { rejection } from '../../support/rejection.js';
import { eventually } from '../support/eventually.js';
import { candadoImage } from '../support/images.js';
import { uniqueName } from '../support/test-run.js';

const PORT = 6780;
const HTTP_PORT = 9780;

/** Of the disk, in bytes. */
const DISK_BYTES = 4 * 1024 * 1024;

const ROOT = { user: '0:0' } as const;

describe('A replica on a disk of its own', () => {
  let container: StartedTestContainer;
  let client: Redis;

  beforeEach(async () => {
    container = await new GenericContainer(candadoImage())
      .withName(uniqueName('disk'))
      .withTmpFs({ '/data': `rw,size=${DISK_BYTES},uid=1000,gid=1000,mode=0755` })
      // For mounting that disk anew, read-only, as a kernel does after an error.
      .withPrivilegedMode()
      .withExposedPorts(PORT, HTTP_PORT)
      .withWaitStrategy(Wait.forHttp('/readyz', HTTP_PORT))
      .start();
    client = redisClient(container.getHost(), container.getMappedPort(PORT));
    await client.call('LOCK', 'a');
    expect(await client.call('PUT', 'a', 'one', 'KEEP')).to.equal(1);
  });

  afterEach(async () => {
    client.disconnect();
    await container.stop();
  });

  async function asRoot(...command: string[]): Promise<void> {
    const { exitCode, output } = await container.exec(command, ROOT);
    expect(exitCode, output).to.equal(0);
  }

  async function readiness(): Promise<readonly [number, string]> {
    const url = `http://${container.getHost()}:${container.getMappedPort(HTTP_PORT)}/readyz`;
    const reply = await fetch(url);
    return [reply.status, await reply.text()];
  }

  /** It looks at the disk once a second. */
  const untilSaid = (status: number, reason: string): Promise<void> =>
    eventually(
      `/readyz answers ${status} ${reason}`,
      async () => `${await readiness()}` === `${[status, `${reason}\n`]}`,
      10_000,
    );

  it('that is full refuses what does not fit, loses nothing, and goes on', async () => {
    const half = Buffer.alloc(DISK_BYTES / 2, 'x');
    await client.call('LOCK', 'large');
    let refused: Error | undefined;
    let version = 0;
    while (refused === undefined) {
      // Each fills the disk by two: the stored content, and the plain file.
      await client.call('PUT', 'large', half, 'KEEP').then(
        (reply) => {
          version = Number(reply);
        },
        (error: Error) => {
          refused = error;
        },
      );
    }
    expect(version).to.be.within(1, 2);
    expect(refused.message).to.match(/^UNAVAILABLE the disk is full: make room below FILES_ROOT/);
    expect(await client.call('GET', 'a')).to.equal('one');
    expect(await client.callBuffer('GET', 'large')).to.deep.equal(half);
    expect(await client.call('PUT', 'a', 'two', 'KEEP')).to.equal(2);
    expect(await readiness()).to.deep.equal([200, 'ready\n']);
    const { output } = await container.exec(['ls', '/data/.candado/tmp']);
    expect(output.trim()).to.equal('');
  });

  it('that became read-only says so, on /readyz too, and goes on when it is writable', async () => {
    await asRoot('mount', '-o', 'remount,ro', '/data');
    const error = await rejection(client.call('PUT', 'a', 'two', 'KEEP'));
    expect(error.message).to.match(
      /^UNAVAILABLE FILES_ROOT is mounted read-only: mount it writable/,
    );
    expect(await client.call('GET', 'a')).to.equal('one');
    await untilSaid(503, 'FILES_ROOT is mounted read-only: mount it writable');
    await asRoot('mount', '-o', 'remount,rw', '/data');
    expect(await client.call('PUT', 'a', 'two', 'KEEP')).to.equal(2);
    await untilSaid(200, 'ready');
  });

  it('that is denied to it says so, on /readyz too, and goes on when it is allowed', async () => {
    await asRoot('chmod', '0', '/data/.candado');
    for (const command of [['GET', 'a'], ['PUT', 'a', 'two', 'KEEP'], ['LIST']]) {
      const [verb = '', ...args] = command;
      const error = await rejection(client.call(verb, ...args));
      expect(error.message).to.match(
        /^UNAVAILABLE access below FILES_ROOT is denied: check its owner and permissions/,
      );
    }
    await untilSaid(503, 'access below FILES_ROOT is denied: check its owner and permissions');
    await asRoot('chmod', '755', '/data/.candado');
    expect(await client.call('PUT', 'a', 'two', 'KEEP')).to.equal(2);
    await untilSaid(200, 'ready');
  });

  it('does not start where that is read-only, and says what to do', async () => {
    const { output, exitCode } = await container.exec(
      ['sh', '-c', 'mkdir /tmp/ro && mount -t tmpfs -o ro none /tmp/ro && candado serve'],
      { ...ROOT, env: { FILES_ROOT: '/tmp/ro', PORT: '0', HTTP_PORT: '0' } },
    );
    expect(exitCode).to.equal(1);
    expect(output).to.match(/^candado: FILES_ROOT is mounted read-only: mount it writable/m);
  });
});
