import { once } from 'node:events';
import { expect } from 'chai';
import { type CandadoClient, connect } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';

const GRANT = '*3\r\n:7\r\n:2\r\n:30000\r\n';

async function withServer(
  answers: Readonly<Record<string, Answer>>,
  action: (client: CandadoClient, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = await ScriptedServer.start({
    LOCK: () => GRANT,
    UNLOCK: () => '+OK\r\n',
    PING: () => '+PONG\r\n',
    ...answers,
  });
  await using client = await connect({
    port: server.port,
    reconnectMinDelayMs: 1,
    reconnectMaxDelayMs: 5,
  });
  await action(client, server);
}

describe('client: locks', () => {
  it('asks for mode, lease and wait, and tells token, version and lease', async () => {
    await withServer({}, async (client, server) => {
      const lock = await client.lock('a', { mode: 'shared', ttlMs: 500, waitMs: 900 });
      expect(server.requests).to.deep.equal(['LOCK a SHARED TTL 500 WAIT 900']);
      const { name, mode, token, version, ttlMs, held } = lock;
      expect({ name, mode, token, version, ttlMs, held }).to.deep.equal({
        name: 'a',
        mode: 'shared',
        token: 7,
        version: 2,
        ttlMs: 30_000,
        held: true,
      });
    });
  });

  it('ends with a put, unless it is kept', async () => {
    let version = 2;
    const PUT: Answer = () => {
      version += 1;
      return `:${version}\r\n`;
    };
    await withServer({ PUT }, async (client, server) => {
      const lock = await client.lock('a');
      expect(await lock.put('one', { keep: true })).to.equal(3);
      expect([lock.held, lock.version]).to.deep.equal([true, 3]);
      expect(await lock.put('two')).to.equal(4);
      expect(lock.held).to.equal(false);
      expect((await rejection(lock.put('three'))).code).to.equal('NOTLOCKED');
      expect(server.requests).to.deep.equal(['LOCK a', 'PUT a one KEEP ID #1', 'PUT a two ID #2']);
    });
  });

  it('is given up when its scope ends, once', async () => {
    await withServer({}, async (client, server) => {
      {
        await using lock = await client.lock('a');
        expect(lock.held).to.equal(true);
      }
      {
        await using lock = await client.lock('b');
        await lock.unlock();
      }
      expect(server.requests).to.deep.equal(['LOCK a', 'UNLOCK a', 'LOCK b', 'UNLOCK b']);
    });
  });

  it('takes the length of a renewed lease over', async () => {
    await withServer({ RENEW: () => ':1000\r\n' }, async (client, server) => {
      const lock = await client.lock('a');
      expect(await lock.renew(1000)).to.equal(1000);
      expect(lock.ttlMs).to.equal(1000);
      expect(server.requests.at(-1)).to.equal('RENEW a TTL 1000');
    });
  });

  for (const code of ['FENCED', 'NOTLOCKED']) {
    it(`is lost when the server answers ${code}`, async () => {
      await withServer({ PUT: () => `-${code} too late\r\n` }, async (client, server) => {
        const lock = await client.lock('a');
        const lost = once(client, 'lost');
        expect((await rejection(lock.put('x'))).code).to.equal(code);
        expect(await lost).to.deep.equal([lock]);
        expect(lock.signal.reason).to.include({ code: 'LOCKLOST' });
        expect((await rejection(lock.renew())).code).to.equal('LOCKLOST');
        expect(server.requests).to.deep.equal(['LOCK a', 'PUT a x ID #1']);
      });
    });
  }

  it('stays when a put failed for another reason', async () => {
    await withServer({ PUT: () => '-TOOBIG over the limit\r\n' }, async (client) => {
      const lock = await client.lock('a');
      await rejection(lock.put('x'));
      expect([lock.held, lock.signal.aborted]).to.deep.equal([true, false]);
    });
  });

  it('is lost with its connection, and never used on another', async () => {
    await withServer({}, async (client, server) => {
      const lock = await client.lock('a');
      const lost = once(client, 'lost');
      server.cut();
      expect(await lost).to.deep.equal([lock]);
      expect(lock.signal.aborted).to.equal(true);
      expect((await rejection(lock.put('x'))).code).to.equal('LOCKLOST');
      await lock[Symbol.asyncDispose]();
      await client.ping();
      expect(server.requests).to.deep.equal(['LOCK a', 'PING']);
    });
  });

  it('is not lost, in this sense, when it was given up before', async () => {
    await withServer({}, async (client, server) => {
      const lock = await client.lock('a');
      await lock.unlock();
      const disconnected = once(client, 'disconnected');
      server.cut();
      await disconnected;
      expect(lock.signal.aborted).to.equal(false);
    });
  });

  it('leaves to end a wait when nothing else hangs on the connection', async () => {
    await withServer({ LOCK: () => undefined }, async (client, server) => {
      const stop = new AbortController();
      const waiting = rejection(client.lock('a', { waitMs: 60_000, signal: stop.signal }));
      const { socket } = await server.request('LOCK');
      const closed = once(socket, 'close');
      stop.abort();
      expect((await waiting).code).to.equal('ABORTED');
      await closed;
      await client.ping();
    });
  });

  it('keeps other locks when a wait is ended, and gives a late grant back', async () => {
    const LOCK: Answer = ({ args }) => (args[0] === 'a' ? GRANT : undefined);
    await withServer({ LOCK }, async (client, server) => {
      const held = await client.lock('a');
      const stop = new AbortController();
      const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
      const { socket } = await server.request('LOCK', 2);
      stop.abort();
      expect((await waiting).code).to.equal('ABORTED');
      socket.write(GRANT);
      await server.request('UNLOCK');
      expect(server.requests.at(-1)).to.equal('UNLOCK b');
      expect([held.held, server.connections]).to.deep.equal([true, 1]);
    });
  });

  it('does not even ask with a signal that was aborted before', async () => {
    await withServer({}, async (client, server) => {
      const error = await rejection(client.lock('a', { signal: AbortSignal.abort() }));
      expect(error.code).to.equal('ABORTED');
      expect(server.requests).to.deep.equal([]);
    });
  });
});
