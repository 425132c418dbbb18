import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

/** The sentence with which a command was refused. */
async function sentence(reply: Promise<unknown>): Promise<string> {
  return await reply.then(
    (answer) => `not refused, but answered ${JSON.stringify(answer)}`,
    (error: Error) => error.message,
  );
}

describe('Locks and repeated requests, through a Redis client', () => {
  let server: RunningServer;
  let alice: Redis;
  let bob: Redis;
  /** Never waits, so it can always ask. */
  let watcher: Redis;

  before(async () => {
    server = await startServer({});
    alice = redisClient('127.0.0.1', server.port);
    bob = redisClient('127.0.0.1', server.port);
    watcher = redisClient('127.0.0.1', server.port);
    await alice.call('CLIENT', 'SETNAME', 'alice');
    await bob.call('CLIENT', 'SETNAME', 'bob');
  });

  after(async () => {
    alice.disconnect();
    bob.disconnect();
    watcher.disconnect();
    await server.stop();
  });

  const locksOf = async (client: Redis, ...args: string[]) =>
    ((await client.call('LOCKS', ...args)) as unknown[]).map(fieldsOf);

  async function waitersReach(name: string, count: number): Promise<void> {
    while ((await locksOf(watcher, name))[0]?.['waiting'] !== count);
  }

  it('shows the note of a lock to who is denied, who waits in vain, and who asks', async () => {
    await alice.call('LOCK', 'noted', 'NOTE', 'nightly backup');
    expect(await sentence(bob.call('LOCK', 'noted'))).to.match(/^LOCKED .*alice.*"nightly backup"/);
    const waiting = sentence(bob.call('LOCK', 'noted', 'WAIT', '200'));
    await waitersReach('noted', 1);
    const [entry] = await locksOf(watcher, 'noted');
    expect(entry).to.include({ note: 'nightly backup', holder: 'alice' });
    expect(entry?.['age']).to.be.within(0, 60_000);
    const queue = entry?.['queue'];
    expect(Array.isArray(queue) && fieldsOf(queue[0])).to.include({
      holder: 'bob',
      mode: 'exclusive',
    });
    expect(await waiting).to.match(/^TIMEOUT .*number 1 in line.*"nightly backup"/);
    await alice.call('UNLOCK', 'noted');
  });

  it('refuses a wait that would close a circle, which then goes on', async () => {
    await alice.call('LOCK', 'left');
    await bob.call('LOCK', 'right');
    const waiting = alice.call('LOCK', 'right', 'WAIT', '10000');
    await waitersReach('right', 1);
    expect(await sentence(bob.call('LOCK', 'left', 'WAIT', '10000'))).to.match(
      /^DEADLOCK .*alice .* holds "left" and waits for "right", you hold "right"; UNLOCK/,
    );
    await bob.call('UNLOCK', 'right');
    expect(await waiting).to.have.length(4);
    await alice.call('UNLOCK', 'right');
    await alice.call('UNLOCK', 'left');
  });

  it('locks several files or none, in whatever order two ask for them', async () => {
    const rounds = 20;
    const repeat = async (client: Redis, ...names: string[]): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const locks = await client.call('MLOCK', '3', ...names, 'WAIT', '10000');
        expect(locks).to.have.length(3);
        for (const name of names) await client.call('UNLOCK', name);
      }
    };
    await Promise.all([repeat(alice, 'm1', 'm2', 'm3'), repeat(bob, 'm3', 'm1', 'm2')]);
    await alice.call('LOCK', 'm2');
    expect(await refusal(bob.call('MLOCK', '3', 'm3', 'm2', 'm1'))).to.equal('LOCKED');
    expect(await locksOf(alice, 'm*', 'MINE')).to.have.length(1);
    expect(await locksOf(watcher, 'm*')).to.have.length(1);
    await alice.call('UNLOCK', 'm2');
  });

  it('breaks a lock: the next in line has it, and the former holder learns by whom', async () => {
    await alice.call('LOCK', 'stuck', 'NOTE', 'hangs');
    const next = redisClient('127.0.0.1', server.port);
    const waiting = next.call('LOCK', 'stuck', 'WAIT', '10000');
    await waitersReach('stuck', 1);
    expect(await bob.call('BREAK', 'stuck', 'REASON', 'job 4711 hangs')).to.equal(1);
    expect(await waiting).to.have.length(4);
    expect(await sentence(alice.call('PUT', 'stuck', 'late'))).to.match(
      /^FENCED .*it was broken by bob \(127\.0\.0\.1:\d+\): job 4711 hangs; nothing was changed/,
    );
    expect(await next.call('PUT', 'stuck', 'next')).to.equal(1);
    expect(await bob.call('BREAK', 'stuck')).to.equal(0);
    next.disconnect();
    const text = await readFile(join(server.filesRoot, '.candado', 'audit.jsonl'), 'utf8');
    const records = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ event }) => event)).to.deep.equal(['lock.breaking', 'lock.broken']);
    expect(records[1]).to.deep.include({ name: 'stuck', reason: 'job 4711 hangs' });
    expect(records[1]?.['by']).to.include({ holder: 'bob' });
    expect(records[1]?.['holders']).to.have.length(1);
    expect(server.log.filter((line) => line.includes('"lock.broken"'))).to.not.be.empty;
  });

  it('breaks no lock that cannot be put on record', async () => {
    const other = await startServer({});
    const client = redisClient('127.0.0.1', other.port);
    await client.call('LOCK', 'kept');
    await mkdir(join(other.filesRoot, '.candado', 'audit.jsonl'));
    expect(await sentence(client.call('BREAK', 'kept'))).to.match(
      /^UNAVAILABLE .*cannot be recorded, so it is not done/,
    );
    expect(await client.call('PUT', 'kept', 'mine')).to.equal(1);
    client.disconnect();
    await other.stop();
  });

  it('publishes a request once that comes through two connections at once', async () => {
    const put = (client: Redis, content: string | Buffer) =>
      client.call('PUT', 'once', content, 'VERSION', '0', 'ID', 'request-1');
    expect(await Promise.all([put(alice, 'x'), put(bob, 'x')])).to.deep.equal([1, 1]);
    const large = Buffer.alloc(1_000_000, 'x');
    expect(await put(alice, large), 'an id behind a content that is streamed').to.equal(1);
    expect(await bob.call('GET', 'once')).to.equal('x');
    expect(await bob.call('STAT', 'once')).to.include.members(['version', 1]);
  });

  it('streams a large content whose request is new, and knows it again', async () => {
    const large = Buffer.alloc(2_000_000, 'candado ');
    await alice.call('LOCK', 'large');
    expect(await alice.call('PUT', 'large', large, 'ID', 'r1')).to.equal(1);
    expect(await bob.call('PUT', 'large', large, 'ID', 'r1')).to.equal(1);
    expect(await refusal(bob.call('PUT', 'large', large, 'ID', 'r2'))).to.equal('NOTLOCKED');
    expect(await refusal(bob.call('PUT', 'large', large, 'ID', 'two words'))).to.equal('ERR');
    expect(await bob.call('DELETE', 'large', 'VERSION', '1', 'ID', 'r3')).to.equal(2);
    expect(await alice.call('DELETE', 'large', 'VERSION', '1', 'ID', 'r3')).to.equal(2);
    expect(await alice.call('PUT', 'large', 'again', 'VERSION', '2', 'ID', 'r4')).to.equal(3);
  });

  it('knows a request again after the program was started anew', async () => {
    const first = await startServer({});
    const root = first.filesRoot;
    const before = redisClient('127.0.0.1', first.port);
    expect(await before.call('PUT', 'a', 'x', 'VERSION', '0', 'ID', 'r1')).to.equal(1);
    before.disconnect();
    const second = await startServer({ FILES_ROOT: root });
    const after = redisClient('127.0.0.1', second.port);
    expect(await after.call('PUT', 'a', 'x', 'ID', 'r1')).to.equal(1);
    after.disconnect();
    await second.stop();
    await first.stop();
  });

  it('describes its options to clients that ask', async () => {
    const docs = fieldsOf(await alice.call('COMMAND', 'DOCS', 'mlock'));
    expect(JSON.stringify(docs['mlock'])).to.include('"NOTE"').and.to.include('"multiple"');
    expect(await refusal(alice.call('PUT', 'x', 'y', 'ID', ''))).to.equal('ERR');
    expect(await refusal(alice.call('PUT', 'x', 'y', 'ID', 'x'.repeat(65)))).to.equal('ERR');
  });
});
