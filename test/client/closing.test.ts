import { once } from 'node:events';
import { expect } from 'chai';
import { rejection } from '../support/rejection.js';
import type { Answer } from '../support/scripted-server.js';
import { withSession } from './support.js';

describe('client: close', () => {
  it('says good-bye, so that the server does not keep what was locked', async () => {
    await withSession({}, async ({ client, server }) => {
      const lock = await client.lock('a');
      await client.close();
      expect(lock.signal.reason.message).to.match(/the client was closed/);
      expect(server.requests).to.deep.equal(['LOCK a', 'QUIT']);
      await client.close();
      expect(server.requests).to.deep.equal(['LOCK a', 'QUIT']);
    });
  });

  it('just leaves where nothing is kept', async () => {
    await withSession({}, async ({ client, server }) => {
      await client.ping();
      await client.close();
      expect(server.requests).to.deep.equal(['PING']);
    });
  });

  it('ends a wait: this direction is closed behind the good-bye', async () => {
    const QUIT: Answer = ({ socket }) => {
      socket.end('-TIMEOUT the wait was ended\r\n+OK\r\n');
      return undefined;
    };
    await withSession({ LOCK: () => undefined, QUIT }, async ({ client, server }) => {
      const waiting = rejection(client.lock('a', { waitMs: 60_000 }));
      const { socket } = await server.request('LOCK');
      const ended = once(socket, 'end');
      const closed = client.close();
      expect((await waiting).code).to.equal('CLOSED');
      await ended;
      await closed;
      expect(server.requests).to.deep.equal(['LOCK a WAIT 60000', 'QUIT']);
    });
  });

  it('comes back to say it where the connection is lost', async () => {
    await withSession(
      {},
      async ({ client, server, session }) => {
        await client.lock('a');
        session.kept = { a: 7 };
        const disconnected = once(client, 'disconnected');
        server.cut();
        await disconnected;
        await client.close();
        const asked = ['LOCK a', 'RESUME s1 x', 'UNLOCK a', 'QUIT'];
        expect(server.requests).to.deep.equal(asked);
      },
      { reconnectMinDelayMs: 10_000, reconnectMaxDelayMs: 10_000 },
    );
  });

  it('comes back to say it where a content is in the way', async () => {
    const stuck = Promise.withResolvers<void>();
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('hel');
      await stuck.promise;
    }
    await withSession({}, async ({ client, server }) => {
      await client.lock('a');
      const put = rejection(client.put('a', { size: 5, chunks: chunks() }));
      await client.close();
      expect((await put).code).to.equal('CLOSED');
      expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'QUIT']);
      stuck.resolve();
    });
  });

  it('does not wait for one that is gone', async () => {
    await withSession({}, async ({ client, server }) => {
      await client.lock('a');
      await server.stop();
      await client.close();
      expect((await rejection(client.ping())).code).to.equal('CLOSED');
    });
  });

  it('lets a content pass that was asked for and comes too late', async () => {
    const content = 'x'.repeat(4 * 1024 * 1024);
    const QUIT: Answer = ({ socket }) => {
      socket.end(`$${content.length}\r\n${content}\r\n+OK\r\n`);
      return undefined;
    };
    await withSession({ GET: () => undefined, QUIT }, async ({ client, server }) => {
      await client.lock('a');
      const stream = rejection(client.getStream('a'));
      await server.request('GET');
      await client.close();
      expect((await stream).code).to.equal('CLOSED');
      expect(server.requests).to.deep.equal(['LOCK a', 'GET a', 'QUIT']);
    });
  });

  it('lets a content pass that nobody reads any more', async () => {
    const content = Buffer.alloc(1024 * 1024, 'x');
    const GET = (): Buffer => Buffer.concat([Buffer.from(`$${content.length}\r\n`), content]);
    await withSession({ GET }, async ({ client, server }) => {
      await client.lock('a');
      const stream = await client.getStream('a');
      const { socket } = await server.request('GET');
      const failed = once(stream ?? expect.fail('there is a content'), 'error');
      const closed = client.close();
      socket.write('\r\n');
      expect((await failed)[0]).to.include({ code: 'CLOSED' });
      await closed;
      expect(server.requests).to.deep.equal(['LOCK a', 'GET a', 'QUIT']);
    });
  });
});
