import { once } from 'node:events';
import { expect } from 'chai';
import {
  type CandadoClient,
  type ClientOptions,
  connect,
  type Watch,
} from '../../../src/client/index.js';
import { rejection } from '../../support/rejection.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { push } from '../../support/session-script.js';
import { QUICK } from '../support.js';

/** Confirms each topic, counting on behind `before`. */
const confirm =
  (kind: string, before = 0): Answer =>
  ({ args }) =>
    args.map((topic, at) => push(kind, topic, before + at + 1)).join('');

const put = (name: string, version: number): string =>
  push('message', `file:${name}`, JSON.stringify({ event: 'put', version, size: 1 }));

async function withServer(
  answers: Readonly<Record<string, Answer>>,
  action: (watch: CandadoClient['watch'], server: ScriptedServer) => Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<void> {
  await using server = await ScriptedServer.start({
    SUBSCRIBE: confirm('subscribe'),
    PING: () => '+PONG\r\n',
    ...answers,
  });
  await using client = await connect({ port: server.port, ...QUICK, ...options });
  await action((wish = 'a', wanted = {}) => client.watch(wish, wanted), server);
}

const next = async (watch: Watch): Promise<unknown> => (await watch.next()).value;

describe('client/watch', () => {
  it('subscribes on a connection of its own and tells what happens', async () => {
    await withServer({ PSUBSCRIBE: confirm('psubscribe', 2) }, async (watch, server) => {
      const watching = watch(['a', 'b*']);
      await watching.ready;
      expect(server.requests).to.deep.equal([
        'SUBSCRIBE file:a lock:a',
        'PSUBSCRIBE file:b* lock:b*',
      ]);
      expect([server.connections, server.seen[1]?.args]).to.deep.equal([2, ['3']]);
      const { socket } = await server.request('SUBSCRIBE');
      const gone = JSON.stringify({ event: 'delete', version: 5 });
      socket.write(put('a', 4) + push('pmessage', 'file:b*', 'file:bob', gone));
      expect(await next(watching)).to.deep.include({ name: 'a', version: 4 });
      expect(await next(watching)).to.deep.include({ name: 'bob', event: 'delete' });
      await watching.return();
    });
  });

  it('understands the arrays of RESP2', async () => {
    const inResp2 = (bytes: string): string => bytes.replaceAll('>', '*');
    await withServer(
      {
        HELLO: () => '-NOPROTO only RESP2\r\n',
        CLIENT: () => '+OK\r\n',
        SUBSCRIBE: (seen) => inResp2(String(confirm('subscribe')(seen))),
      },
      async (watch, server) => {
        const watching = watch();
        await watching.ready;
        const { socket } = await server.request('SUBSCRIBE');
        socket.write(inResp2(put('a', 4)));
        expect(await next(watching)).to.deep.include({ event: 'put', version: 4 });
        expect(server.requests.slice(-2)).to.deep.equal([
          'CLIENT SETNAME ada',
          'SUBSCRIBE file:a lock:a',
        ]);
      },
      { clientName: 'ada' },
    );
  });

  it('comes back by itself, and says that something may have been missed', async () => {
    await withServer({}, async (watch, server) => {
      const watching = watch();
      await watching.ready;
      server.cut();
      const { socket } = await server.request('SUBSCRIBE', 2);
      // In one read with the confirmation: the gap is told first all the same.
      socket.write(put('a', 9));
      const gap = { kind: 'watch', event: 'gap', reason: 'the server closed the connection' };
      expect(await next(watching)).to.deep.equal(gap);
      expect(await next(watching)).to.deep.include({ version: 9 });
    });
  });

  it('goes on trying while the server is away, and where it is too busy', async () => {
    let asked = 0;
    const SUBSCRIBE: Answer = (seen) => {
      asked += 1;
      return asked === 2 ? '-BUSY too many\r\n' : confirm('subscribe')(seen);
    };
    await withServer({ SUBSCRIBE }, async (watch, server) => {
      const watching = watch();
      await watching.ready;
      const { port } = server;
      await server.stop();
      const event = next(watching);
      await server.listen(port);
      expect(await event).to.deep.include({ event: 'gap' });
      expect(asked).to.equal(3);
    });
  });

  it('ends where the server refuses for good, with what it said', async () => {
    await withServer({ SUBSCRIBE: () => '-NAME bad name\r\n' }, async (watch) => {
      const watching = watch();
      expect((await rejection(watching.next())).code).to.equal('NAME');
      expect(await watching.next()).to.deep.equal({ value: undefined, done: true });
      expect((await rejection(watching.ready)).code).to.equal('NAME');
    });
  });

  it('is unreachable where nobody listened from the beginning', async () => {
    await withServer({}, async (watch, server) => {
      await server.stop();
      expect((await rejection(watch().next())).code).to.equal('UNREACHABLE');
    });
  });

  it('notices a server that is silent, and leaves alone one that answers', async () => {
    let silent = false;
    await withServer(
      { PING: () => (silent ? undefined : '+PONG\r\n') },
      async (watch, server) => {
        const watching = watch();
        await server.request('PING', 2);
        expect(server.connections).to.equal(2);
        silent = true;
        expect(await next(watching)).to.deep.include({
          event: 'gap',
          reason: 'the server does not answer any more',
        });
      },
      { requestTimeoutMs: 20 },
    );
  });

  it('stops reading while nobody takes what comes, and goes on then', async () => {
    const MANY = 50_000;
    await withServer({}, async (watch, server) => {
      const watching = watch();
      await watching.ready;
      const { socket } = await server.request('SUBSCRIBE');
      const filler = 'x'.repeat(1_000);
      const message = (version: number): string =>
        push('message', 'file:a', JSON.stringify({ event: 'put', version, size: 1, filler }));
      const all = Array.from({ length: MANY }, (_, at) => message(at)).join('');
      const takeAll = async (from: Watch): Promise<void> => {
        for (let at = 0; at < MANY; at += 1) {
          const { value } = await from.next();
          if (value?.event !== 'put' || value.version !== at) expect.fail(`event ${at} is missing`);
        }
        await from.return();
      };
      const taking = watch();
      await taking.ready;
      const other = await server.request('SUBSCRIBE', 2);
      for (const each of [socket, other.socket]) each.write(all);
      // What another one takes in the same time is all of it.
      await takeAll(taking);
      expect(socket.writableNeedDrain).to.equal(true);
      await takeAll(watching);
    });
  });

  it('ends with its loop, its signal and its client', async () => {
    await using server = await ScriptedServer.start({ SUBSCRIBE: confirm('subscribe') });
    const client = await connect({ port: server.port });
    const stop = new AbortController();
    const [left, stopped, closed] = [
      client.watch('a'),
      client.watch('a', { signal: stop.signal }),
      client.watch('a'),
    ];
    await Promise.all([left.ready, stopped.ready, closed.ready]);
    const { socket } = await server.request('SUBSCRIBE');
    socket.write(put('a', 1));
    const gone = once(socket, 'close');
    for await (const _event of left) break;
    await gone;
    stop.abort();
    expect(await stopped.next()).to.deep.equal({ value: undefined, done: true });
    await client.close();
    expect(await closed.next()).to.deep.equal({ value: undefined, done: true });
    expect(server.connections).to.equal(4);
  });

  it('ends while it waits to come back', async () => {
    await withServer(
      {},
      async (watch, server) => {
        const stop = new AbortController();
        const watching = watch('a', { signal: stop.signal });
        await watching.ready;
        const { socket } = await server.request('SUBSCRIBE');
        const closed = once(socket, 'close');
        server.cut();
        await closed;
        const event = watching.next();
        stop.abort();
        expect(await event).to.deep.equal({ value: undefined, done: true });
      },
      { reconnectMinDelayMs: 60_000, reconnectMaxDelayMs: 60_000 },
    );
  });
});
