import { expect } from 'chai';
import { type CandadoClient, type ClientOptions, connect } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';

const STAT_FIELDS =
  '$4\r\nname\r\n$1\r\na\r\n$4\r\nsize\r\n:5\r\n$7\r\nversion\r\n:2\r\n$8\r\nmodified\r\n:1700000000123456\r\n' +
  '$6\r\nsha256\r\n$2\r\nab\r\n$6\r\nlocked\r\n$4\r\nfree\r\n';
const STAT = {
  name: 'a',
  size: 5,
  version: 2,
  modifiedMicros: 1700000000123456,
  sha256: 'ab',
  locked: 'free',
  // What an older replica does not tell.
  session: '',
  token: 0,
};

async function withServer(
  answers: Readonly<Record<string, Answer>>,
  action: (client: CandadoClient, server: ScriptedServer) => Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<void> {
  await using server = await ScriptedServer.start(answers);
  await using client = await connect({ port: server.port, ...options });
  await action(client, server);
}

describe('client: handshake', () => {
  it('asks for RESP3 and tells its name', async () => {
    await withServer(
      {},
      async (_client, server) => {
        expect(server.seen[0]?.args).to.deep.equal(['3', 'SETNAME', 'ada@here']);
      },
      { clientName: 'ada@here' },
    );
  });

  it('goes on in RESP2 where RESP3 is refused', async () => {
    await withServer(
      {
        HELLO: () => '-NOPROTO unsupported protocol version\r\n',
        CLIENT: () => '+OK\r\n',
        STAT: () => `*12\r\n${STAT_FIELDS}`,
      },
      async (client, server) => {
        expect(await client.stat('a')).to.deep.equal(STAT);
        expect(server.requests[0]).to.equal('CLIENT SETNAME ada');
      },
      { clientName: 'ada' },
    );
  });

  it('rejects with what the server says when it refuses the connection', async () => {
    await using server = await ScriptedServer.start({ HELLO: () => '-BUSY too many\r\n' });
    const error = await rejection(connect({ port: server.port }));
    expect(error).to.include({ code: 'BUSY', retryable: true });
  });

  it('is unreachable where nobody listens, with the cause', async () => {
    const server = await ScriptedServer.start();
    const { port } = server;
    await server.stop();
    const error = await rejection(connect({ port }));
    expect(error.code).to.equal('UNREACHABLE');
    expect(error.cause).to.include({ code: 'ECONNREFUSED' });
  });

  it('gives up on a server that accepts and then says nothing', async () => {
    await using server = await ScriptedServer.start({ HELLO: () => undefined });
    const error = await rejection(connect({ port: server.port, connectTimeoutMs: 30 }));
    expect(error.code).to.equal('UNREACHABLE');
  });

  it('names every wrong option at once', async () => {
    const error = await rejection(connect({ port: 0, maxQueuedRequests: 1.5, clientName: 'a b' }));
    expect(error).to.be.instanceOf(RangeError);
    expect(error.message).to.match(/port .*maxQueuedRequests .*clientName/);
  });
});

describe('client: commands', () => {
  it('sends what is called at once in one go and hands answers back in order', async () => {
    await withServer(
      { GET: ({ args }) => `$1\r\n${args[0]}\r\n`, STAT: () => '_\r\n' },
      async (client, server) => {
        const [a, none, b] = await Promise.all([
          client.get('a'),
          client.stat('x'),
          client.get('b'),
        ]);
        expect([a?.toString(), none, b?.toString()]).to.deep.equal(['a', null, 'b']);
        expect(server.requests).to.deep.equal(['GET a', 'STAT x', 'GET b']);
      },
    );
  });

  it('tells time in microseconds', async () => {
    await withServer(
      { TIME: () => '*2\r\n$10\r\n1700000000\r\n$6\r\n000042\r\n' },
      async (client) => {
        expect(await client.time()).to.equal(1_700_000_000_000_042);
      },
    );
  });

  it('measures offset and bound with four timestamps', async () => {
    const AHEAD = 5_000_000;
    await withServer(
      {
        TIME: ({ args }) => {
          const t1 = Number(args[0]);
          return `*3\r\n:${t1}\r\n:${t1 + AHEAD}\r\n:${t1 + AHEAD}\r\n`;
        },
      },
      async (client) => {
        const sample = await client.exchangeTime();
        expect(sample.roundTripMicros).to.equal(sample.returnedAt - sample.sentAt);
        expect(sample.boundMicros).to.equal(sample.roundTripMicros / 2);
        // The true offset lies within the bound of what was measured.
        expect(Math.abs(sample.offsetMicros - AHEAD)).to.be.at.most(sample.boundMicros);
      },
    );
  });

  it('refuses the answer to another time request', async () => {
    await withServer({ TIME: () => '*3\r\n:1\r\n:2\r\n:3\r\n' }, async (client) => {
      expect((await rejection(client.exchangeTime())).code).to.equal('PROTOCOL');
    });
  });

  it('asks for a version and a range', async () => {
    await withServer({ GET: () => '$-1\r\n' }, async (client, server) => {
      expect(await client.get('a', { version: 3, range: { offset: 10, length: 5 } })).to.equal(
        null,
      );
      expect(server.requests).to.deep.equal(['GET a VERSION 3 RANGE 10 5']);
    });
  });

  it('reads records from RESP3 maps', async () => {
    await withServer({ STAT: () => `%6\r\n${STAT_FIELDS}` }, async (client) => {
      expect(await client.stat('a')).to.deep.equal(STAT);
    });
  });

  it('lists page by page, and asks for no page that nobody wants', async () => {
    const pages: Readonly<Record<string, string>> = {
      '': '*2\r\n$2\r\n>b\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n',
      '>b': '*2\r\n$0\r\n\r\n*1\r\n$1\r\nc\r\n',
    };
    await withServer({ LIST: ({ args }) => pages[args[2] ?? ''] }, async (client, server) => {
      const names = await Array.fromAsync(client.list({ pattern: '*', pageSize: 2 }));
      expect(names).to.deep.equal(['a', 'b', 'c']);
      for await (const name of client.list({ pattern: '*', pageSize: 2 })) {
        expect(name).to.equal('a');
        break;
      }
      expect(server.requests).to.deep.equal([
        'LIST * CURSOR  COUNT 2',
        'LIST * CURSOR >b COUNT 2',
        'LIST * CURSOR  COUNT 2',
      ]);
    });
  });

  it('puts a stream of a known size without gathering it', async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('hel');
      yield Buffer.from('lo');
    }
    await withServer({ PUT: () => ':8\r\n', PING: () => '+PONG\r\n' }, async (client, server) => {
      const put = client.put('a', { size: 5, chunks: chunks() }, { version: 7, keep: true });
      // Called while the content is still on its way: it must not land in the middle of it.
      const ping = client.ping();
      expect(await put).to.equal(8);
      await ping;
      expect(server.requests).to.deep.equal(['PUT a hello VERSION 7 KEEP ID #1', 'PING']);
    });
  });

  for (const [what, size] of [
    ['longer', 2],
    ['shorter', 9],
  ] as const) {
    it(`cuts the connection when a content is ${what} than announced, so that it is not published`, async () => {
      async function* chunks(): AsyncGenerator<Buffer> {
        yield Buffer.from('hello');
      }
      await withServer({ PUT: () => ':8\r\n' }, async (client, server) => {
        const error = await rejection(client.put('a', { size, chunks: chunks() }));
        expect(error.code).to.equal('LENGTH');
        expect(server.requests).to.deep.equal([]);
      });
    });
  }

  it('turns refusals into errors with a code and whether to retry', async () => {
    await withServer(
      { DELETE: () => '-NOTLOCKED lock it first\r\n', LOCKS: () => '-UNAVAILABLE no table\r\n' },
      async (client) => {
        const refused = await rejection(client.delete('a'));
        expect(refused).to.include({
          code: 'NOTLOCKED',
          message: 'lock it first',
          retryable: false,
        });
        expect(await rejection(client.locks())).to.include({
          code: 'UNAVAILABLE',
          retryable: true,
        });
      },
    );
  });

  it('passes any command on', async () => {
    await withServer({ HISTORY: () => '*1\r\n:1\r\n' }, async (client, server) => {
      expect(await client.call('HISTORY', 'a')).to.deep.equal([1]);
      expect(server.requests).to.deep.equal(['HISTORY a']);
    });
  });

  it('keeps the connection in step past a content that is too large to keep', async () => {
    await withServer(
      { GET: () => `$5000\r\n${'x'.repeat(5000)}\r\n`, PING: () => '+PONG\r\n' },
      async (client, server) => {
        const [error] = await Promise.all([rejection(client.get('a')), client.ping()]);
        expect(error.code).to.equal('REPLYTOOBIG');
        expect(server.connections).to.equal(1);
      },
      { maxBufferedBytes: 4096 },
    );
  });

  it('refuses more than its queue holds', async () => {
    await withServer(
      { PING: () => undefined },
      async (client) => {
        const kept = [client.ping(), client.ping()].map(rejection);
        expect((await rejection(client.ping())).code).to.equal('QUEUEFULL');
        await client.close();
        const ends = await Promise.all(kept);
        expect(ends.map(({ code }) => code)).to.deep.equal(['CLOSED', 'CLOSED']);
        expect((await rejection(client.ping())).code).to.equal('CLOSED');
      },
      { maxQueuedRequests: 2 },
    );
  });
});
