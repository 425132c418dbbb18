import { once } from 'node:events';
import { expect } from 'chai';
import { connect } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import type { Answer } from '../support/scripted-server.js';
import { cutOnce, grant, SessionScript } from '../support/session-script.js';
import { QUICK, withSession } from './support.js';

const CONTENT = Buffer.from('hello');

async function* pieces(...all: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* all;
}

/** Says that the lock table is away, and closes the connection as a replica does that is stopped. */
const SHUTTING_DOWN: Answer = ({ socket }) => {
  socket.end('-UNAVAILABLE this replica is shutting down\r\n');
  return undefined;
};

describe('client: what was under way when the connection broke', () => {
  describe('a lock', () => {
    it('is asked for again with what is left of its wait', async () => {
      const LOCK: Answer = ({ socket }) => {
        // Later than in the millisecond of the call, so that something is gone of the wait.
        setTimeout(() => socket.destroy(), 20);
        return undefined;
      };
      let answer = LOCK;
      await withSession({ LOCK: (seen) => answer(seen) }, async ({ client, server }) => {
        const locked = client.lock('a', { waitMs: 60_000, note: 'for a test' });
        await server.request('LOCK');
        answer = () => grant();
        const lock = await locked;
        expect(lock.token).to.equal(7);
        const [first = '', resume, second = '', ...more] = server.requests;
        expect([first, resume, more]).to.deep.equal([
          'LOCK a WAIT 60000 NOTE for a test',
          'RESUME s1 x',
          [],
        ]);
        const left = Number(/^LOCK a WAIT (\d+) NOTE for a test$/.exec(second)?.[1]);
        expect(left).to.be.within(30_000, 59_990);
      });
    });

    it('that waited long enough still leaves the queue in which its session stands', async () => {
      let answer: Answer = () => undefined;
      await withSession({ LOCK: (seen) => answer(seen) }, async ({ client, server }) => {
        const refused = rejection(client.lock('a', { waitMs: 20 }));
        await server.request('LOCK');
        const { port } = server;
        const reader = await connect({ port, ...QUICK, retryDeadlineMs: 40 });
        await server.stop();
        // Its patience is longer than that wait, and begins later.
        expect((await rejection(reader.get('b'))).code).to.equal('UNREACHABLE');
        await reader.close();
        answer = () => '-TIMEOUT ada holds it\r\n';
        await server.listen(port);
        expect((await refused).code).to.equal('TIMEOUT');
        expect(server.requests.at(-1)).to.equal('LOCK a WAIT 1');
      });
    });

    it('may wait through more breaks than one request is given patience for', async () => {
      let asked = 0;
      const LOCK: Answer = ({ socket }) => {
        asked += 1;
        if (asked > 4) return grant();
        setTimeout(() => socket.destroy(), 25);
        return undefined;
      };
      await withSession(
        { LOCK },
        async ({ client }) => {
          expect((await client.lock('a', { waitMs: 60_000 })).token).to.equal(7);
        },
        { retryDeadlineMs: 40 },
      );
    });

    it('is not asked for again without a session', async () => {
      await withSession(
        { LOCK: cutOnce(() => grant()) },
        async ({ client }) => {
          expect((await rejection(client.lock('a'))).code).to.equal('CONNECTIONLOST');
        },
        { session: false },
      );
    });

    it('that came along is taken by who asked for it', async () => {
      await withSession({ LOCK: cutOnce(() => grant()) }, async ({ client, server, session }) => {
        session.kept = { a: 7 };
        const lock = await client.lock('a');
        expect(lock.held).to.equal(true);
        expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'LOCK a']);
      });
    });
  });

  it('a renewal is asked for again', async () => {
    await withSession({ RENEW: cutOnce(() => ':900\r\n') }, async ({ client, server, session }) => {
      const lock = await client.lock('a');
      session.kept = { a: 7 };
      expect(await lock.renew(900)).to.equal(900);
      expect(server.requests.filter((each) => each.startsWith('RENEW'))).to.have.length(2);
    });
  });

  describe('giving a lock up', () => {
    it('was done where the server says that it is not held', async () => {
      const UNLOCK = cutOnce(() => '-NOTLOCKED not by you\r\n');
      await withSession({ UNLOCK }, async ({ client, server }) => {
        const lock = await client.lock('a');
        await lock.unlock();
        expect([lock.held, lock.signal.aborted]).to.deep.equal([false, false]);
        const asked = ['LOCK a', 'UNLOCK a', 'RESUME s1 x', 'UNLOCK a'];
        expect(server.requests).to.deep.equal(asked);
      });
    });

    it('that was refused the first time is a loss', async () => {
      await withSession({ UNLOCK: () => '-NOTLOCKED not by you\r\n' }, async ({ client }) => {
        const lock = await client.lock('a');
        expect((await rejection(lock.unlock())).code).to.equal('NOTLOCKED');
        expect(lock.signal.aborted).to.equal(true);
        expect((await rejection(client.unlock('a'))).code).to.equal('NOTLOCKED');
      });
    });
  });

  describe('a change', () => {
    it('under a lock is asked for again by the same id, and ends the lock', async () => {
      await withSession({ PUT: cutOnce(() => ':3\r\n') }, async ({ client, server }) => {
        const lock = await client.lock('a');
        // It was published the first time: the lock is over, and does not come along.
        expect(await lock.put('x')).to.equal(3);
        expect([lock.held, lock.version, lock.signal.aborted]).to.deep.equal([false, 3, false]);
        const [, ...asked] = server.requests;
        expect(asked).to.deep.equal(['PUT a x ID #1', 'RESUME s1 x', 'PUT a x ID #1']);
      });
    });

    // What the former replica had under way may be published after that.
    it('is unknown where its lock went with the connection, and the lock is lost', async () => {
      const PUT = cutOnce(() => '-NOTLOCKED lock it first\r\n');
      await withSession({ PUT }, async ({ client }) => {
        const lock = await client.lock('a');
        const lost = once(client, 'lost');
        const error = await rejection(lock.put('x', { requestId: 'mine' }));
        expect(error.code).to.equal('CONNECTIONLOST');
        expect(error.message).to.include('with the requestId "mine"');
        expect(await lost).to.deep.equal([lock]);
      });
    });

    it('that is refused the first time is not published', async () => {
      await withSession({ PUT: () => '-NOTLOCKED lock it first\r\n' }, async ({ client }) => {
        const lock = await client.lock('a');
        expect((await rejection(lock.put('x'))).code).to.equal('NOTLOCKED');
      });
    });

    it('that is refused for another reason leaves its lock lost, if that did not come along', async () => {
      await withSession({ PUT: cutOnce(() => '-TOOBIG over it\r\n') }, async ({ client }) => {
        const lock = await client.lock('a');
        expect((await rejection(lock.put('x'))).code).to.equal('TOOBIG');
        expect(lock.held).to.equal(false);
        expect(lock.signal.reason.message).to.match(/when the connection came back/);
      });
    });

    it('comes before what is called when the loss is heard of', async () => {
      await withSession(
        { PUT: cutOnce(() => ':3\r\n') },
        async ({ client, server }) => {
          const lock = await client.lock('a');
          const relocked = new Promise((resolve) => {
            client.once('lost', () => resolve(client.lock('a')));
          });
          expect(await lock.put('x', { keep: true })).to.equal(3);
          await relocked;
          // The other way round, it would be published under a lock that it knows nothing of.
          const asked = ['LOCK a', 'PUT a x KEEP ID #1', 'PUT a x KEEP ID #1', 'LOCK a'];
          expect(server.requests).to.deep.equal(asked);
        },
        { session: false },
      );
    });

    it('without a lock is asked for again, and so is a deletion', async () => {
      await withSession(
        { PUT: cutOnce(() => ':3\r\n'), DELETE: cutOnce(() => ':4\r\n') },
        async ({ client, server }) => {
          expect(await client.put('a', CONTENT, { version: 2 })).to.equal(3);
          expect(await client.delete('a', { version: 3, requestId: 'mine-1' })).to.equal(4);
          expect(server.requests).to.deep.equal([
            'PUT a hello VERSION 2 ID #1',
            'PUT a hello VERSION 2 ID #1',
            'DELETE a VERSION 3 ID mine-1',
            'DELETE a VERSION 3 ID mine-1',
          ]);
        },
      );
    });

    it('has an id of its own each time it is called', async () => {
      await withSession({ PUT: () => ':3\r\n' }, async ({ client, server }) => {
        await client.put('a', 'x', { version: 2 });
        await client.put('a', 'x', { version: 2 });
        expect(server.requests).to.deep.equal([
          'PUT a x VERSION 2 ID #1',
          'PUT a x VERSION 2 ID #2',
        ]);
      });
    });

    it('with a content that can be made again is asked for again', async () => {
      await withSession({ PUT: cutOnce(() => ':3\r\n') }, async ({ client, server }) => {
        const content = { size: 5, chunks: () => pieces(CONTENT) };
        expect(await client.put('a', content, { version: 2 })).to.equal(3);
        expect(server.requests[1]).to.equal('PUT a hello VERSION 2 ID #1');
      });
    });

    it('is not disturbed by what its first content comes to afterwards', async () => {
      const failed = Promise.withResolvers<void>();
      let made = 0;
      await withSession({ PUT: () => ':3\r\n' }, async ({ client, server }) => {
        async function* chunks(): AsyncGenerator<Buffer> {
          made += 1;
          if (made === 1) {
            yield Buffer.from('hel');
            const reconnected = once(client, 'reconnected');
            server.cut();
            await reconnected;
            failed.resolve();
            throw new Error('the disk is gone');
          }
          yield Buffer.from('hel');
          await failed.promise;
          await new Promise((resolve) => setImmediate(resolve));
          yield Buffer.from('lo');
        }
        const content = { size: 5, chunks: () => chunks() };
        expect(await client.put('a', content, { version: 2 })).to.equal(3);
        expect(server.requests).to.deep.equal(['PUT a hello VERSION 2 ID #1']);
        expect(server.connections).to.equal(2);
      });
    });

    it('with a stream that was begun is lost, and says how to find out', async () => {
      await withSession({ PUT: cutOnce(() => ':3\r\n') }, async ({ client, server }) => {
        const content = { size: 5, chunks: pieces(CONTENT) };
        const error = await rejection(client.put('a', content, { version: 2 }));
        expect(error).to.include({ name: 'ConnectionLost', code: 'CONNECTIONLOST' });
        const id = server.seen.at(-1)?.args.at(-1);
        expect(error.message).to.match(/whether PUT took effect is unknown/);
        expect(error.message).to.include(`put "a" once more with the requestId "${id}"`);
        await client.ping();
        expect(server.requests.filter((each) => each.startsWith('PUT'))).to.have.length(1);
      });
    });

    it('with a stream that was not begun waits for the next connection', async () => {
      await withSession({ PUT: () => ':3\r\n' }, async ({ client, server }) => {
        const { port } = server;
        const disconnected = once(client, 'disconnected');
        await server.stop();
        await disconnected;
        const put = client.put('a', { size: 5, chunks: pieces(CONTENT) }, { version: 2 });
        await server.listen(port);
        expect(await put).to.equal(3);
      });
    });

    it('has an unknown outcome where nobody can be asked any more', async () => {
      await withSession(
        { PUT: () => undefined },
        async ({ client, server }) => {
          const put = rejection(client.put('a', 'x', { version: 2 }));
          await server.request('PUT');
          await server.stop();
          const error = await put;
          expect(error.code).to.equal('CONNECTIONLOST');
          expect(error.message).to.match(/unknown: .*could not be reached within 30 ms.*requestId/);
        },
        { retryDeadlineMs: 30 },
      );
    });
  });

  it('breaking a lock is not asked for again: somebody else may hold it by then', async () => {
    await withSession({ BREAK: cutOnce(() => ':1\r\n') }, async ({ client, server }) => {
      const error = await rejection(client.breakLock('a', 'why'));
      expect(error.message).to.match(/see who holds "a" now/);
      await client.ping();
      expect(server.requests).to.deep.equal(['BREAK a REASON why', 'PING']);
    });
  });
});

describe('client: a replica that shuts down', () => {
  it('refuses what it does not do any more, which is asked for elsewhere', async () => {
    let asked = 0;
    const LOCK: Answer = (seen) => {
      asked += 1;
      return asked === 1 ? SHUTTING_DOWN(seen) : grant();
    };
    await withSession({ LOCK }, async ({ client, server }) => {
      expect((await client.lock('a', { waitMs: 60_000 })).token).to.equal(7);
      expect(server.connections).to.equal(2);
    });
  });

  it('leaves unanswered what came too late, in order', async () => {
    let asked = 0;
    const GET: Answer = (seen) => {
      asked += 1;
      if (asked === 1) return SHUTTING_DOWN(seen);
      return asked === 2 ? undefined : `$1\r\n${seen.args[0]}\r\n`;
    };
    await withSession({ GET }, async ({ client, server }) => {
      const [a, b] = await Promise.all([client.get('a'), client.get('b')]);
      expect([String(a), String(b)]).to.deep.equal(['a', 'b']);
      expect(server.requests.slice(-2)).to.deep.equal(['GET a', 'GET b']);
    });
  });

  it('is not meant where the connection stays', async () => {
    await withSession({ GET: () => '-UNAVAILABLE no store\r\n' }, async ({ client, server }) => {
      const error = await rejection(client.get('a'));
      expect(error).to.include({ code: 'UNAVAILABLE', message: 'no store', retry: 'later' });
      expect([server.connections, server.requests.length]).to.deep.equal([1, 1]);
    });
  });

  it('is what a change is told at once that cannot be made again', async () => {
    await withSession(
      { LOCK: SHUTTING_DOWN },
      async ({ client }) => {
        const error = await rejection(client.lock('a', { waitMs: 50 }));
        expect(error.code).to.equal('UNAVAILABLE');
      },
      { session: false },
    );
  });
});

describe('client: ending a wait', () => {
  it('leaves the connection and the queue, and keeps the locks', async () => {
    let locked = 0;
    const LOCK: Answer = ({ args }) => {
      locked += 1;
      if (args[0] === 'a') return grant();
      return args.includes('60000') ? undefined : '-LOCKED by ada\r\n';
    };
    await withSession({ LOCK }, async ({ client, server, session }) => {
      const held = await client.lock('a');
      session.kept = { a: 7 };
      const stop = new AbortController();
      const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
      await server.request('LOCK', 2);
      stop.abort();
      expect((await waiting).code).to.equal('ABORTED');
      await server.request('LOCK', 3);
      await client.ping();
      expect([held.held, locked]).to.deep.equal([true, 3]);
      const asked = ['LOCK a', 'LOCK b WAIT 60000', 'RESUME s1 x', 'LOCK b WAIT 1', 'PING'];
      expect(server.requests).to.deep.equal(asked);
    });
  });

  it('gives back what was granted in the last moment', async () => {
    const LOCK: Answer = ({ args }) => (args.includes('60000') ? undefined : grant());
    await withSession({ LOCK }, async ({ client, server }) => {
      const stop = new AbortController();
      const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
      await server.request('LOCK');
      stop.abort();
      await waiting;
      await server.request('UNLOCK');
      expect(server.requests.slice(-2)).to.deep.equal(['LOCK b WAIT 1', 'UNLOCK b']);
    });
  });

  it('does not take the lock away from who asks for it next', async () => {
    const LOCK: Answer = ({ args }) => (args.includes('60000') ? undefined : grant());
    await withSession({ LOCK }, async ({ client, server }) => {
      const stop = new AbortController();
      const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
      await server.request('LOCK');
      stop.abort();
      const next = client.lock('b');
      await waiting;
      expect((await next).held).to.equal(true);
      await client.ping();
      expect(server.requests).to.not.include('UNLOCK b');
    });
  });

  it('gives a late grant back also where the next who asks is refused', async () => {
    const LOCK: Answer = ({ args }) => (args[0] === 'held' ? grant() : undefined);
    await withSession(
      { LOCK },
      async ({ client, server }) => {
        await client.lock('held');
        const stop = new AbortController();
        const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
        const next = rejection(client.lock('b'));
        const { socket } = await server.request('LOCK', 3);
        stop.abort();
        await waiting;
        socket.write(`${grant()}-LOCKED by a reader\r\n`);
        expect((await next).code).to.equal('LOCKED');
        await server.request('UNLOCK');
        expect(server.requests.slice(-2)).to.deep.equal(['LOCK b', 'UNLOCK b']);
      },
      { session: false },
    );
  });

  it('while there is no connection needs no more than to leave the queue later', async () => {
    const session = new SessionScript();
    const LOCK: Answer = ({ args }) => (args.includes('60000') ? undefined : '-LOCKED by ada\r\n');
    await withSession(
      { LOCK },
      async ({ client, server }) => {
        const stop = new AbortController();
        const waiting = rejection(client.lock('b', { waitMs: 60_000, signal: stop.signal }));
        await server.request('LOCK');
        const { port } = server;
        const disconnected = once(client, 'disconnected');
        await server.stop();
        await disconnected;
        stop.abort();
        expect((await waiting).code).to.equal('ABORTED');
        await server.listen(port);
        await server.request('LOCK', 2);
        expect(server.requests).to.deep.equal([
          'LOCK b WAIT 60000',
          'RESUME s1 x',
          'LOCK b WAIT 1',
        ]);
      },
      {},
      session,
    );
  });
});
