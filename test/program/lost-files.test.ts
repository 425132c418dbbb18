import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { candado } from '../support/candado-process.js';
import { redisClient, refusal } from '../support/redis-client.js';
import { rejection } from '../support/rejection.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function readiness(httpPort: number): Promise<readonly [number, string]> {
  const reply = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
  return [reply.status, await reply.text()];
}

describe('The program whose files are out of reach', function () {
  this.timeout(30_000);

  describe('while it serves', () => {
    let server: RunningServer;
    let client: Redis;

    beforeEach(async () => {
      server = await startServer({});
      client = redisClient('127.0.0.1', server.port);
    });

    afterEach(async () => {
      client.disconnect();
      expect(await server.stop()).to.equal(0);
    });

    it('says so on every command and on /readyz, and goes on when they are back', async () => {
      await client.call('LOCK', 'a');
      expect(await client.call('PUT', 'a', 'one', 'KEEP')).to.equal(1);
      await rename(server.filesRoot, `${server.filesRoot}.away`);
      for (const command of [
        ['GET', 'a'],
        ['STAT', 'a'],
        ['LIST'],
        ['LOCK', 'b'],
        ['PUT', 'a', '2'],
      ]) {
        const [verb = '', ...args] = command;
        const error = await rejection(client.call(verb, ...args));
        expect(error.message).to.match(/^UNAVAILABLE .*is gone: check that its volume is mounted/);
      }
      expect(await readiness(server.httpPort)).to.deep.equal([
        503,
        'the store below FILES_ROOT is gone: check that its volume is mounted\n',
      ]);
      expect(await client.call('TIME')).to.have.length(2);
      await rename(`${server.filesRoot}.away`, server.filesRoot);
      expect(await client.call('GET', 'a')).to.equal('one');
      expect(await client.call('PUT', 'a', 'two')).to.equal(2);
      // The disk is looked at once a second, however many ask.
      let ready = await readiness(server.httpPort);
      while (ready[0] !== 200) ready = await readiness(server.httpPort);
      expect(ready).to.deep.equal([200, 'ready\n']);
    });

    it('does not make them anew where they were deleted', async () => {
      await client.call('LOCK', 'a');
      await client.call('PUT', 'a', 'one');
      // The plain view may just be written there.
      await rm(server.filesRoot, { recursive: true, maxRetries: 5 });
      expect(await refusal(client.call('LOCK', 'b'))).to.equal('UNAVAILABLE');
      expect(await refusal(client.call('GET', 'a'))).to.equal('UNAVAILABLE');
      const gone = await rejection(rename(join(server.filesRoot, '.candado'), 'nowhere'));
      expect(gone).to.have.property('code', 'ENOENT');
    });
  });

  it('does not start where it cannot make them, and says what to do', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const env = { FILES_ROOT: join(folder.path, 'file', 'data'), PORT: '0', HTTP_PORT: '0' };
    const { code, err } = await candado(['serve'], { env });
    expect(code).to.equal(1);
    expect(err).to.match(/^candado: the store below FILES_ROOT is damaged: something replaced/m);
  });
});
