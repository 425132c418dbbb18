import { once } from 'node:events';
import { type CandadoClient, connect } from 'candado/client';
import { expect } from 'chai';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { rejection } from '../support/rejection.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

/** Far longer than anything here may take: whoever is served sooner was not served by its end. */
const GRACE_MS = '60000';

describe('The program, through its own client', () => {
  let server: RunningServer;
  let proxy: CuttableProxy;
  let one: CandadoClient;
  let other: CandadoClient;

  before(async () => {
    server = await startServer({ SESSION_GRACE_MS: GRACE_MS });
    proxy = await CuttableProxy.start(server.port);
    one = await connect({ port: proxy.port, clientName: 'one', reconnectMinDelayMs: 1 });
    other = await connect({ port: server.port, clientName: 'other' });
  });

  after(async () => {
    await one.close();
    await other.close();
    await proxy[Symbol.asyncDispose]();
    await server.stop();
  });

  async function cut(): Promise<void> {
    const reconnected = once(one, 'reconnected');
    proxy.cut();
    await reconnected;
  }

  async function waitersReach(name: string, count: number): Promise<void> {
    while ((await other.locks(name))[0]?.waiting !== count);
  }

  it('holds a lock through a lost connection', async () => {
    const lock = await one.lock('kept.txt');
    await cut();
    expect(lock.held).to.equal(true);
    expect((await rejection(other.lock('kept.txt'))).code).to.equal('LOCKED');
    expect(await lock.put('mine')).to.equal(1);
    await using next = await other.lock('kept.txt');
    expect(next.token).to.be.above(lock.token);
  });

  it('keeps a place in line through a lost connection', async () => {
    const order: string[] = [];
    const held = await other.lock('queue.txt');
    const first = one.lock('queue.txt', { waitMs: 30_000 }).then(async (lock) => {
      order.push('first');
      await lock.unlock();
    });
    await waitersReach('queue.txt', 1);
    await using third = await connect({ port: server.port });
    const second = third.lock('queue.txt', { waitMs: 30_000 }).then(async (lock) => {
      order.push('second');
      await lock.unlock();
    });
    await waitersReach('queue.txt', 2);
    await cut();
    await held.unlock();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['first', 'second']);
  });

  it('publishes once what it had to send twice', async () => {
    const lock = await one.lock('once.txt');
    proxy.mute();
    const put = lock.put('content');
    while ((await other.stat('once.txt'))?.version !== 1);
    proxy.cut();
    expect(await put).to.equal(1);
    expect([lock.held, lock.signal.aborted]).to.deep.equal([false, false]);
    expect((await other.stat('once.txt'))?.version).to.equal(1);
  });

  it('gives up a lock once, though it had to say so twice', async () => {
    const lock = await one.lock('given-up.txt');
    proxy.mute();
    const unlocked = lock.unlock();
    while ((await other.locks('given-up.txt')).length > 0);
    proxy.cut();
    await unlocked;
    expect(lock.signal.aborted).to.equal(false);
  });

  it('takes several locks together, through a lost connection, or none', async () => {
    const held = await other.lock('all/b.txt', { note: 'nightly run' });
    const refused = await rejection(one.lockAll(['all/c.txt', 'all/b.txt', 'all/a.txt']));
    expect(refused.code).to.equal('LOCKED');
    expect(refused.message).to.include('nightly run');
    expect((await other.locks('all/*')).map(({ name }) => name)).to.deep.equal(['all/b.txt']);
    const asked = one.lockAll(['all/c.txt', 'all/b.txt'], { waitMs: 30_000 });
    await waitersReach('all/b.txt', 1);
    await cut();
    await held.unlock();
    const locks = await asked;
    expect([...locks].map(({ name, copies }) => [name, copies])).to.deep.equal([
      ['all/c.txt', 0],
      ['all/b.txt', 0],
    ]);
    await locks.get('all/c.txt').put('x');
    await locks[Symbol.asyncDispose]();
    expect(await other.locks('all/*')).to.deep.equal([]);
  });

  it('leaves nothing locked of what was asked for together and ended', async () => {
    const held = await other.lock('ended/b.txt');
    const stop = new AbortController();
    const { signal } = stop;
    const asked = rejection(
      one.lockAll(['ended/a.txt', 'ended/b.txt'], { waitMs: 30_000, signal }),
    );
    await waitersReach('ended/b.txt', 1);
    stop.abort();
    expect((await asked).code).to.equal('ABORTED');
    await waitersReach('ended/b.txt', 0);
    while ((await other.locks('ended/a.txt')).length > 0);
    await held.unlock();
  });

  it('tells of a circle instead of waiting in it', async () => {
    const [mine, theirs] = [await one.lock('circle/a.txt'), await other.lock('circle/b.txt')];
    const waiting = one.lock('circle/b.txt', { waitMs: 30_000 });
    await waitersReach('circle/b.txt', 1);
    const error = await rejection(other.lock('circle/a.txt', { waitMs: 30_000 }));
    expect(error).to.include({ name: 'Deadlock', retry: 'after-unlock' });
    await theirs.unlock();
    await (await waiting).unlock();
    await mine.unlock();
  });

  it('leaves the queue when a wait is ended, and keeps its other locks', async () => {
    await using kept = await one.lock('other-lock.txt');
    await using _held = await other.lock('left.txt');
    const stop = new AbortController();
    const waiting = rejection(one.lock('left.txt', { waitMs: 30_000, signal: stop.signal }));
    await waitersReach('left.txt', 1);
    stop.abort();
    expect((await waiting).code).to.equal('ABORTED');
    await waitersReach('left.txt', 0);
    await one.ping();
    expect(kept.held).to.equal(true);
  });

  it('gives up everything at once when it is closed, also a place in line', async () => {
    const leaving = await connect({ port: server.port });
    await leaving.lock('closed.txt');
    const held = await other.lock('waited.txt');
    const waiting = rejection(leaving.lock('waited.txt', { waitMs: 30_000 }));
    await waitersReach('waited.txt', 1);
    await leaving.close();
    expect((await waiting).code).to.equal('CLOSED');
    await waitersReach('waited.txt', 0);
    await held.unlock();
    const again = await other.lock('closed.txt', { waitMs: 5_000 });
    await again.unlock();
  });

  it('gives up everything at once when it is closed while it is cut off', async () => {
    await using closing = await CuttableProxy.start(server.port);
    const leaving = await connect({ port: closing.port, reconnectMinDelayMs: 2_000 });
    await leaving.lock('cut-off.txt');
    const disconnected = once(leaving, 'disconnected');
    closing.cut();
    await disconnected;
    await leaving.close();
    const again = await other.lock('cut-off.txt', { waitMs: 5_000 });
    await again.unlock();
  });
});
