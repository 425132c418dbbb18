import { once } from 'node:events';
import { expect } from 'chai';
import { rejection } from '../support/rejection.js';
import { cutOnce, grant } from '../support/session-script.js';
import { withSession } from './support.js';

const BOTH = `*2\r\n${grant(4, 1)}${grant(9, 0)}`;

describe('client: locks taken together', () => {
  it('come in the order in which they were asked for', async () => {
    await withSession({ MLOCK: () => BOTH }, async ({ client, server }) => {
      const locks = await client.lockAll(['b', 'a'], {
        mode: 'shared',
        ttlMs: 500,
        waitMs: 900,
        note: 'move',
      });
      const told = [...locks].map(({ name, mode, token, version }) => [name, mode, token, version]);
      expect(told).to.deep.equal([
        ['b', 'shared', 4, 1],
        ['a', 'shared', 9, 0],
      ]);
      expect([locks.size, locks.get('a').token]).to.deep.equal([2, 9]);
      expect(() => locks.get('c')).to.throw(RangeError, 'c is not among');
      expect(server.requests).to.deep.equal(['MLOCK 2 b a SHARED TTL 500 WAIT 900 NOTE move']);
    });
  });

  it('are given up together, but for those that are over', async () => {
    await withSession({ MLOCK: () => BOTH, PUT: () => ':2\r\n' }, async ({ client, server }) => {
      {
        await using locks = await client.lockAll(['b', 'a']);
        await locks.get('b').put('x');
      }
      expect(server.requests.slice(1)).to.deep.equal(['PUT b x ID #1', 'UNLOCK a']);
    });
  });

  it('are all given up, even if one cannot be', async () => {
    const UNLOCK = ({ args: [name] }: { readonly args: readonly string[] }): string =>
      name === 'b' ? '-ERR no\r\n' : '+OK\r\n';
    await withSession({ MLOCK: () => BOTH, UNLOCK }, async ({ client, server }) => {
      const locks = await client.lockAll(['b', 'a']);
      const error = await rejection(locks[Symbol.asyncDispose]());
      expect(error.code).to.equal('ERR');
      expect(locks.get('a').held).to.equal(false);
      expect(server.requests.slice(1)).to.have.members(['UNLOCK b', 'UNLOCK a']);
    });
  });

  it('tell by one signal that any of them is lost', async () => {
    await withSession({ MLOCK: () => BOTH }, async ({ client, server, session }) => {
      const locks = await client.lockAll(['b', 'a']);
      session.kept = { a: 9 };
      const lost = once(locks.signal, 'abort');
      server.cut();
      await lost;
      expect([...locks].map(({ held }) => held)).to.deep.equal([false, true]);
      expect(locks.signal.reason).to.include({ code: 'LOCKLOST' });
    });
  });

  it('are asked for again when the connection broke', async () => {
    await withSession({ MLOCK: cutOnce(() => BOTH) }, async ({ client, server, session }) => {
      // One was granted already: it is not given back, for it is asked for again.
      session.kept = { a: 9 };
      const locks = await client.lockAll(['b', 'a']);
      expect([...locks].map(({ held }) => held)).to.deep.equal([true, true]);
      expect(server.requests).to.deep.equal(['MLOCK 2 b a', 'RESUME s1 x', 'MLOCK 2 b a']);
    });
  });

  it('leave nothing behind if they are refused the second time', async () => {
    const MLOCK = cutOnce(() => '-LOCKED "b" by ada\r\n');
    await withSession({ MLOCK }, async ({ client, server, session }) => {
      const other = await client.lock('c');
      session.kept = { c: 7, a: 9 };
      expect((await rejection(client.lockAll(['b', 'a', 'c']))).code).to.equal('LOCKED');
      await client.ping();
      expect(other.held).to.equal(true);
      expect(server.requests.slice(-3)).to.deep.equal(['UNLOCK b', 'UNLOCK a', 'PING']);
    });
  });

  it('tell of a circle by an error of its own', async () => {
    const sentence = 'waiting for "b" would close a circle';
    await withSession({ MLOCK: () => `-DEADLOCK ${sentence}\r\n` }, async ({ client }) => {
      const error = await rejection(client.lockAll(['b', 'a'], { waitMs: 10 }));
      expect(error).to.include({ name: 'Deadlock', code: 'DEADLOCK', message: sentence });
      expect(error).to.include({ retry: 'after-unlock', retryable: false });
    });
  });
});
