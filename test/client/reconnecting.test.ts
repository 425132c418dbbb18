import { once } from 'node:events';
import { expect } from 'chai';
import { type CandadoClient, type ClientOptions, connect } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';
import { cutOnce } from '../support/session-script.js';
import { QUICK } from './support.js';

async function withServer(
  answers: Readonly<Record<string, Answer>>,
  action: (client: CandadoClient, server: ScriptedServer) => Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<void> {
  await using server = await ScriptedServer.start(answers);
  await using client = await connect({ port: server.port, ...QUICK, ...options });
  await action(client, server);
}

describe('client: reconnecting', () => {
  it('asks reads again when their answer was lost', async () => {
    await withServer({ GET: cutOnce(() => '$2\r\nhi\r\n') }, async (client, server) => {
      expect((await client.get('a'))?.toString()).to.equal('hi');
      expect(server.requests).to.deep.equal(['GET a', 'GET a']);
      expect(server.connections).to.equal(2);
    });
  });

  it('does not ask a raw command again', async () => {
    await withServer({ HISTORY: cutOnce(() => '*0\r\n') }, async (client) => {
      expect((await rejection(client.call('HISTORY', 'a'))).code).to.equal('CONNECTIONLOST');
    });
  });

  it('keeps what was not sent yet until the connection is back', async () => {
    await withServer({ PUT: () => ':4\r\n' }, async (client, server) => {
      const { port } = server;
      const disconnected = once(client, 'disconnected');
      await server.stop();
      await disconnected;
      const put = client.put('a', 'x', { version: 3 });
      const reconnected = once(client, 'reconnected');
      await server.listen(port);
      await reconnected;
      expect(await put).to.equal(4);
    });
  });

  it('gives up on a read after the deadline, and says why', async () => {
    await withServer(
      {},
      async (client, server) => {
        const disconnected = once(client, 'disconnected');
        await server.stop();
        await disconnected;
        const error = await rejection(client.get('a'));
        expect(error.code).to.equal('UNREACHABLE');
        expect(error.message).to.match(/within 40 ms: .*ECONNREFUSED/);
        expect(error.cause).to.be.instanceOf(Error);
      },
      { retryDeadlineMs: 40 },
    );
  });

  it('gives up on a read that breaks every connection, after one deadline for all', async () => {
    const GET: Answer = ({ socket }) => {
      socket.destroy();
      return undefined;
    };
    await withServer(
      { GET, PING: () => '+PONG\r\n' },
      async (client, server) => {
        expect((await rejection(client.get('a'))).code).to.equal('UNREACHABLE');
        expect(server.requests.length).to.be.above(1);
        await client.ping();
      },
      { retryDeadlineMs: 400 },
    );
  });

  it('gives a silent connection up and makes a new one', async () => {
    let asked = 0;
    await withServer(
      {
        PING: () => {
          asked += 1;
          return asked === 1 ? undefined : '+PONG\r\n';
        },
      },
      async (client, server) => {
        const [[error]] = await Promise.all([once(client, 'disconnected'), client.ping()]);
        expect(String(error)).to.match(/did not answer for 40 ms/);
        expect(server.connections).to.equal(2);
      },
      { requestTimeoutMs: 40 },
    );
  });

  it('does not take a waiting lock for silence, nor what stands behind it', async () => {
    await withServer(
      { LOCK: () => undefined, PING: () => undefined },
      async (client, server) => {
        let cut = false;
        client.on('disconnected', () => {
          cut = true;
        });
        const locked = client.lock('a', { waitMs: 60_000 });
        const pinged = client.ping();
        const { socket } = await server.request('LOCK');
        // Who has nothing that may wait, and began later, is given up for the same silence by now.
        await using other = await connect({ port: server.port, ...QUICK, requestTimeoutMs: 30 });
        const given = once(other, 'disconnected');
        other.ping().catch(() => undefined);
        await given;
        expect(cut).to.equal(false);
        socket.write('*3\r\n:1\r\n:0\r\n:30000\r\n+PONG\r\n');
        expect((await locked).token).to.equal(1);
        await pinged;
      },
      { requestTimeoutMs: 30 },
    );
  });

  it('cuts a peer that speaks nonsense, and does not ask for more of it', async () => {
    let asked = 0;
    await withServer(
      {
        PING: () => {
          asked += 1;
          return asked === 1 ? 'HTTP/1.1 400 Bad Request\r\n' : '+PONG\r\n';
        },
        TIME: () => '*2\r\n$1\r\n1\r\n$1\r\n2\r\n',
      },
      async (client, server) => {
        const [nonsense] = await Promise.all([rejection(client.ping()), client.time()]);
        expect(nonsense.code).to.equal('PROTOCOL');
        await client.ping();
        expect(server.requests).to.deep.equal(['PING', 'TIME', 'TIME', 'PING']);
      },
    );
  });
});
