import { expect } from 'chai';
import { FakeS3 } from '../files/s3/fake-s3.js';
import { CandadoProcess, candado } from '../support/candado-process.js';
import { redisClient } from '../support/redis-client.js';
import { startServer } from '../support/server-fixture.js';

function settings(service: FakeS3): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: 'candado',
    AWS_SECRET_ACCESS_KEY: 'candado-secret',
    FILES_ROOT: '',
    FILES_URL: `s3://${service.bucket}/team?endpoint=${service.endpoint}`,
    HTTP_PORT: '0',
    PORT: '0',
  };
}

describe('The program with its files on S3', () => {
  it('keeps files and its audit trail in the bucket, and is ready', async () => {
    const service = await FakeS3.start();
    const server = await startServer(settings(service));
    const [holder, breaker] = [server, server].map(({ port }) => redisClient('127.0.0.1', port));
    try {
      const ready = await fetch(`http://127.0.0.1:${server.httpPort}/readyz`);
      expect(ready.status).to.equal(200);
      await holder?.call('LOCK', 'notes.txt');
      await holder?.call('PUT', 'notes.txt', 'kept');
      expect(await breaker?.call('GET', 'notes.txt')).to.equal('kept');
      expect(service.keys('team/heads/')).to.deep.equal(['team/heads/notes.txt']);
      await holder?.call('LOCK', 'notes.txt');
      await breaker?.call('BREAK', 'notes.txt', 'REASON', 'it stands still');
      const trail = service.keys('team/audit/');
      expect(trail).to.have.length(2);
      const records = trail.map((key) => `${service.objects.get(key)?.bytes}`).join('');
      expect(records).to.include('"lock.breaking"').and.include('"lock.broken"');
      expect(records).to.include('it stands still');
    } finally {
      holder?.disconnect();
      breaker?.disconnect();
      expect(await server.stop()).to.equal(0);
      await service.stop();
    }
  });

  it('loads the SDK only where it is used', async () => {
    const loaded = async (code: string): Promise<number> => {
      const count =
        "import module from 'node:module'; console.log(Object.keys(module._cache).filter((path) => path.includes('@aws-sdk')).length)";
      const node = new CandadoProcess(['--input-type=module', '-e', `${code}; ${count}`]);
      return Number((await node.ended).out);
    };
    const sources = new URL('../../src/', import.meta.url);
    expect(await loaded(`await import('${sources}composition/app.js')`)).to.equal(0);
    expect(await loaded(`await import('@aws-sdk/client-s3')`)).to.be.above(0);
  });

  it('does not start on a service that ignores conditions of writes', async () => {
    const service = await FakeS3.start({ ignored: 'if-match' });
    const { code, err } = await candado(['serve'], { env: settings(service) });
    expect(code).to.equal(1);
    expect(err).to.match(/^candado: the S3 service ignored If-Match of a write: FILES_URL needs/m);
    await service.stop();
  });
});
