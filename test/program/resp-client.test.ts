import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

/** The program as its users meet it: started by its own command, talked to by a Redis client. */
describe('The program, through a Redis client', () => {
  let server: RunningServer;
  let one: Redis;
  let other: Redis;

  before(async () => {
    server = await startServer({});
    one = redisClient('127.0.0.1', server.port);
    other = redisClient('127.0.0.1', server.port);
  });

  after(async () => {
    one.disconnect();
    other.disconnect();
    await server.stop();
  });

  it('locks, changes and reads a file; one writer at a time', async () => {
    const [token, version, ttl] = (await one.call('LOCK', 'a.txt')) as number[];
    expect([version, ttl]).to.deep.equal([0, 30_000]);
    expect(token).to.be.above(0);
    expect(await refusal(other.call('LOCK', 'a.txt'))).to.equal('LOCKED');
    expect(await refusal(other.call('PUT', 'a.txt', 'theirs'))).to.equal('NOTLOCKED');
    expect(await one.call('PUT', 'a.txt', 'mine')).to.equal(1);
    expect(await other.call('GET', 'a.txt')).to.equal('mine');
    const [nextToken] = (await other.call('LOCK', 'a.txt')) as number[];
    expect(nextToken).to.be.above(token ?? 0);
    expect(await other.call('PUT', 'a.txt', 'theirs', 'KEEP')).to.equal(2);
    expect(await other.call('PUT', 'a.txt', 'again')).to.equal(3);
    expect(await one.call('GET', 'a.txt', 'VERSION', '2')).to.equal('theirs');
  });

  it('hands a lock to the first in line, in the order they came', async () => {
    const order: string[] = [];
    await one.call('LOCK', 'queue.txt');
    const third = redisClient('127.0.0.1', server.port);
    const waiting = other.call('LOCK', 'queue.txt', 'WAIT', '10000').then(async () => {
      order.push('first');
      await other.call('UNLOCK', 'queue.txt');
    });
    await waitersReach(1);
    const later = third.call('LOCK', 'queue.txt', 'WAIT', '10000').then(() => order.push('second'));
    await waitersReach(2);
    await one.call('UNLOCK', 'queue.txt');
    await Promise.all([waiting, later]);
    expect(order).to.deep.equal(['first', 'second']);
    third.disconnect();
  });

  async function waitersReach(count: number): Promise<void> {
    for (;;) {
      const [entry] = (await one.call('LOCKS', 'queue.txt')) as unknown[];
      if (fieldsOf(entry)['waiting'] === count) return;
    }
  }

  it('releases what a connection held when it goes', async () => {
    const third = redisClient('127.0.0.1', server.port);
    await third.call('LOCK', 'gone.txt');
    const waiting = one.call('LOCK', 'gone.txt', 'WAIT', '10000');
    third.disconnect();
    expect((await waiting) as number[]).to.have.length(4);
    await one.call('UNLOCK', 'gone.txt');
  });

  it('keeps the locks of a lost connection that asked for it, until it is resumed', async () => {
    const lost = redisClient('127.0.0.1', server.port);
    const { id, secret, grace } = fieldsOf(await lost.call('SESSION'));
    expect(grace).to.equal(10_000);
    const [token] = (await lost.call('LOCK', 'kept.txt')) as number[];
    lost.disconnect();
    await refusal(one.call('RESUME', String(id), 'wrong'));
    expect(await refusal(one.call('LOCK', 'kept.txt'))).to.equal('LOCKED');
    const back = redisClient('127.0.0.1', server.port);
    const [lock] = (await back.call('RESUME', String(id), String(secret))) as unknown[];
    expect(fieldsOf(lock)).to.deep.include({ name: 'kept.txt', token, version: 0, ttl: 30_000 });
    expect(await back.call('PUT', 'kept.txt', 'mine')).to.equal(1);
    back.disconnect();
  });

  it('closes the connection whose session another one resumes', async () => {
    const former = redisClient('127.0.0.1', server.port);
    const { id, secret } = fieldsOf(await former.call('SESSION'));
    await former.call('LOCK', 'moved.txt');
    const next = redisClient('127.0.0.1', server.port);
    const ended = new Promise((resolve) => former.once('end', resolve));
    expect(await next.call('RESUME', String(id), String(secret))).to.have.length(1);
    await ended;
    expect(await refusal(one.call('LOCK', 'moved.txt'))).to.equal('LOCKED');
    await next.call('UNLOCK', 'moved.txt');
    next.disconnect();
  });

  it('replaces a named version without a lock, and only that', async () => {
    expect(await one.call('PUT', 'v.txt', 'one', 'VERSION', '0')).to.equal(1);
    expect(await refusal(other.call('PUT', 'v.txt', 'other', 'VERSION', '0'))).to.equal('CONFLICT');
    expect(await other.call('PUT', 'v.txt', 'two', 'VERSION', '1')).to.equal(2);
    await one.call('LOCK', 'v.txt');
    expect(await refusal(other.call('PUT', 'v.txt', 'x', 'VERSION', '2'))).to.equal('LOCKED');
    expect(await refusal(one.call('PUT', 'v.txt', 'x', 'VERSION', '1'))).to.equal('CONFLICT');
    expect(await one.call('DELETE', 'v.txt')).to.equal(3);
    expect(await one.call('GET', 'v.txt')).to.equal(null);
    expect(await one.call('STAT', 'v.txt')).to.equal(null);
  });

  it('tells the history of a file, also of a deleted one', async () => {
    await one.call('PUT', 'told.txt', 'one', 'VERSION', '0');
    await one.call('DELETE', 'told.txt', 'VERSION', '1');
    const history = (await other.call('HISTORY', 'told.txt')) as unknown[][];
    expect(history.map(fieldsOf).map(({ version, deleted }) => [version, deleted])).to.deep.equal([
      [2, 1],
      [1, 0],
    ]);
    expect(await other.call('HISTORY', 'told.txt', 'COUNT', '1')).to.have.length(1);
  });

  it('streams contents far larger than its buffers, both ways', async () => {
    const content = Buffer.alloc(5_000_000, 'candado ');
    await one.call('LOCK', 'big.bin');
    expect(await one.call('PUT', 'big.bin', content)).to.equal(1);
    const back = (await other.callBuffer('GET', 'big.bin')) as Buffer;
    expect(back.equals(content)).to.equal(true);
    const part = (await other.callBuffer('GET', 'big.bin', 'RANGE', '8', '7')) as Buffer;
    expect(part.toString()).to.equal('candado');
  });

  it('reads a large refused content to its end and stays in step', async () => {
    const content = Buffer.alloc(1_000_000, 'x');
    const refused = refusal(one.call('PUT', 'never.bin', content));
    const pong = one.ping();
    expect(await refused).to.equal('NOTLOCKED');
    expect(await pong).to.equal('PONG');
    expect(await one.call('GET', 'never.bin')).to.equal(null);
    const conflict = refusal(one.call('PUT', 'never.bin', content, 'VERSION', '7'));
    expect(await conflict).to.equal('CONFLICT');
    expect(await one.call('LIST', 'never*')).to.deep.equal([]);
  });

  it('lists names, whole and in pages', async () => {
    for (const name of ['l/1', 'l/2', 'l/3']) await one.call('PUT', name, 'x', 'VERSION', '0');
    expect(await one.call('LIST', 'l/*')).to.deep.equal(['l/1', 'l/2', 'l/3']);
    const [next, page] = (await one.call('LIST', 'l/*', 'CURSOR', '', 'COUNT', '2')) as [
      string,
      string[],
    ];
    expect(page).to.deep.equal(['l/1', 'l/2']);
    const rest = await one.call('LIST', 'l/*', 'CURSOR', next, 'COUNT', '2');
    expect(rest).to.deep.equal(['', ['l/3']]);
  });

  it('tells the time as Redis does, and with the four timestamps of NTP', async () => {
    const [seconds, micros] = (await one.call('TIME')) as string[];
    expect(Number(seconds) * 1e6 + Number(micros)).to.be.closeTo(Date.now() * 1000, 5e6);
    const t1 = Date.now() * 1000;
    const [echoed, t2, t3] = (await one.call('TIME', String(t1))) as number[];
    expect(echoed).to.equal(t1);
    expect(t2).to.be.at.most(t3 ?? 0);
  });

  it('answers the grammar of a command that was misused', async () => {
    const message = await one.call('LOCK', 'x', 'TTL', '5').catch((error: Error) => error.message);
    expect(message).to.match(/^ERR TTL .*100.*3600000.*LOCK name/);
    expect(await refusal(one.call('GET', '../etc/passwd'))).to.equal('NAME');
  });

  it('answers pipelined commands in order', async () => {
    const replies = await Promise.all([
      one.call('LOCK', 'p.txt'),
      one.call('PUT', 'p.txt', 'piped'),
      one.call('GET', 'p.txt'),
      one.ping(),
      one.call('STAT', 'p.txt'),
    ]);
    expect(replies[1]).to.equal(1);
    expect(replies.slice(2, 4)).to.deep.equal(['piped', 'PONG']);
    expect(replies[4]).to.include.members(['locked', 'free', 'sha256']);
  });
});
