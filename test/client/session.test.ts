import { once } from 'node:events';
import { expect } from 'chai';
import { type CandadoClient, type HeldLock } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import type { ScriptedServer } from '../support/scripted-server.js';
import { grant, SessionScript } from '../support/session-script.js';
import { withSession } from './support.js';

async function cutAndComeBack(client: CandadoClient, server: ScriptedServer): Promise<void> {
  const reconnected = once(client, 'reconnected');
  server.cut();
  await reconnected;
}

function commands({ seen }: ScriptedServer): string[] {
  return seen.map(({ command }) => command);
}

function lostOf(client: CandadoClient): HeldLock[] {
  const lost: HeldLock[] = [];
  client.on('lost', (lock) => lost.push(lock));
  return lost;
}

describe('client: sessions', () => {
  it('are asked for before the first lock, once, and never by who only reads', async () => {
    await withSession({}, async ({ client, server }) => {
      await client.ping();
      expect(commands(server)).to.deep.equal(['HELLO', 'PING']);
      await Promise.all([client.lock('a'), client.lock('b')]);
      await client.lock('c');
      const asked = ['HELLO', 'PING', 'SESSION', 'LOCK', 'LOCK', 'LOCK'];
      expect(commands(server)).to.deep.equal(asked);
    });
  });

  it('hold back the lock, and what is called after it, until they are there', async () => {
    await withSession({ SESSION: () => undefined }, async ({ client, server }) => {
      const locked = client.lock('a');
      const pinged = client.ping();
      const { socket } = await server.request('SESSION');
      expect(server.requests).to.deep.equal([]);
      socket.write('%3\r\n+id\r\n+s1\r\n+secret\r\n+x\r\n+grace\r\n:1000\r\n');
      await Promise.all([locked, pinged]);
      expect(server.requests).to.deep.equal(['LOCK a', 'PING']);
    });
  });

  it('are not asked for if the options say so', async () => {
    await withSession(
      {},
      async ({ client, server }) => {
        await client.lock('a');
        expect(commands(server)).to.deep.equal(['HELLO', 'LOCK']);
      },
      { session: false },
    );
  });

  it('are done without where the server knows none: locks end with their connection', async () => {
    await withSession({}, async ({ client, server, session }) => {
      session.sessionRefusal = 'ERR unknown command';
      const [lock] = [await client.lock('a'), await client.lock('b')];
      expect(commands(server)).to.deep.equal(['HELLO', 'SESSION', 'LOCK', 'LOCK']);
      const lost = lostOf(client);
      await cutAndComeBack(client, server);
      expect(lost).to.have.length(2);
      expect(lock.signal.aborted).to.equal(true);
      expect(commands(server)).to.not.include('RESUME');
      // The next replica may be a newer one.
      await client.lock('a');
      expect(commands(server).slice(-3)).to.deep.equal(['HELLO', 'SESSION', 'LOCK']);
    });
  });

  it('are asked for again with the next lock where the server had no room', async () => {
    await withSession({}, async ({ client, server, session }) => {
      session.sessionRefusal = 'BUSY too many';
      await client.lock('a');
      session.sessionRefusal = undefined;
      await client.lock('b');
      session.kept = { a: 7, b: 7 };
      const lost = lostOf(client);
      await cutAndComeBack(client, server);
      expect(lost).to.deep.equal([]);
    });
  });
});

describe('client: a lost connection', () => {
  it('leaves locks held, with their token and version', async () => {
    await withSession({ PUT: () => ':3\r\n' }, async ({ client, server, session }) => {
      const lock = await client.lock('a');
      session.kept = { a: 7 };
      const lost = lostOf(client);
      await cutAndComeBack(client, server);
      expect([lock.held, lock.token, lock.version]).to.deep.equal([true, 7, 2]);
      expect(await lock.put('x')).to.equal(3);
      expect(lost).to.deep.equal([]);
      expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'PUT a x ID #1']);
    });
  });

  it('loses what the session did not bring back, and nothing else', async () => {
    await withSession({}, async ({ client, server, session }) => {
      const [a, b, c] = [await client.lock('a'), await client.lock('b'), await client.lock('c')];
      // The lock on c was granted anew since: it is not the one held here.
      session.kept = { a: 7, c: 8 };
      const lost = lostOf(client);
      await cutAndComeBack(client, server);
      expect(lost).to.deep.equal([b, c]);
      expect(a.held).to.equal(true);
      expect(b.signal.reason).to.include({ code: 'LOCKLOST' });
      expect((await rejection(c.renew())).code).to.equal('LOCKLOST');
    });
  });

  it('loses everything where the session is gone, and opens another', async () => {
    await withSession({}, async ({ client, server, session }) => {
      const lock = await client.lock('a');
      session.refusal = 'NOPERM no such session';
      await cutAndComeBack(client, server);
      expect(lock.signal.reason).to.include({ code: 'LOCKLOST' });
      const again = await client.lock('a');
      session.refusal = undefined;
      session.kept = { a: 7 };
      await cutAndComeBack(client, server);
      expect(again.held).to.equal(true);
      const sessions = server.seen.filter(({ command }) => command === 'SESSION');
      expect(sessions).to.have.length(2);
      const asked = ['LOCK a', 'RESUME s1 x', 'LOCK a', 'RESUME s2 x'];
      expect(server.requests).to.deep.equal(asked);
    });
  });

  it('tries to resume again, elsewhere, while the lock table is away', async () => {
    await withSession({}, async ({ client, server, session }) => {
      const lock = await client.lock('a');
      session.kept = { a: 7 };
      session.refusal = 'UNAVAILABLE no lock table';
      const reconnected = once(client, 'reconnected');
      server.cut();
      await server.request('RESUME', 3);
      expect(lock.held).to.equal(true);
      session.refusal = undefined;
      await reconnected;
      expect(lock.held).to.equal(true);
      expect(server.connections).to.be.at.least(4);
    });
  });

  it('loses locks when the grace time is over, and goes on without them', async () => {
    const session = new SessionScript(40);
    await withSession(
      {},
      async ({ client, server }) => {
        const lock = await client.lock('a');
        session.refusal = 'UNAVAILABLE no lock table';
        const lost = once(client, 'lost');
        server.cut();
        const [first] = await lost;
        expect(first).to.equal(lock);
        expect(lock.signal.reason.message).to.match(/grace time/);
        await client.ping();
      },
      {},
      session,
    );
  });

  it('loses locks when the grace time is over while nobody can be reached', async () => {
    const session = new SessionScript(20);
    await withSession(
      {},
      async ({ client, server }) => {
        const lock = await client.lock('a');
        const lost = once(client, 'lost');
        await server.stop();
        const renewed = rejection(lock.renew());
        await lost;
        expect((await renewed).code).to.equal('LOCKLOST');
      },
      {},
      session,
    );
  });

  it('gives back what came along after it was lost here', async () => {
    const session = new SessionScript(20);
    await withSession(
      {},
      async ({ client, server }) => {
        await client.lock('a');
        const { port } = server;
        const lost = once(client, 'lost');
        await server.stop();
        await lost;
        session.kept = { a: 7 };
        await server.listen(port);
        await server.request('UNLOCK');
        expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'UNLOCK a']);
      },
      {},
      session,
    );
  });

  it('lets what is called meanwhile wait for the next one', async () => {
    await withSession({ RENEW: () => ':500\r\n' }, async ({ client, server, session }) => {
      const lock = await client.lock('a');
      session.kept = { a: 7 };
      const { port } = server;
      const disconnected = once(client, 'disconnected');
      await server.stop();
      await disconnected;
      const renewed = lock.renew(500);
      await server.listen(port);
      expect(await renewed).to.equal(500);
      expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'RENEW a TTL 500']);
    });
  });

  it('does not let it wait longer than the options say', async () => {
    await withSession(
      {},
      async ({ client, server }) => {
        const lock = await client.lock('a');
        const disconnected = once(client, 'disconnected');
        await server.stop();
        await disconnected;
        expect((await rejection(lock.renew())).code).to.equal('UNREACHABLE');
        expect(lock.held).to.equal(true);
      },
      { retryDeadlineMs: 30 },
    );
  });

  it('is survived in RESP2, too', async () => {
    const answers = {
      HELLO: () => '-NOPROTO only RESP2\r\n',
      SESSION: () => '*6\r\n+id\r\n+s1\r\n+secret\r\n+x\r\n+grace\r\n:1000\r\n',
      RESUME: () => '*1\r\n*4\r\n+name\r\n+a\r\n+token\r\n:7\r\n',
      LOCK: () => '*3\r\n:7\r\n:2\r\n:30000\r\n',
    };
    await withSession(answers, async ({ client, server }) => {
      const lock = await client.lock('a');
      await cutAndComeBack(client, server);
      expect([lock.held, lock.copies]).to.deep.equal([true, 0]);
    });
  });

  it('tells how many remember a lock', async () => {
    await withSession({ LOCK: () => grant(7, 2, 3) }, async ({ client }) => {
      expect((await client.lock('a')).copies).to.equal(3);
    });
  });
});
