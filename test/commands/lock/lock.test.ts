import { expect } from 'chai';
import { MAX_REMARK_BYTES } from '../../../src/commands/arguments.js';
import { type FakeClient, LockCommands } from './fixture.js';

describe('LOCK', () => {
  let commands: LockCommands;
  let alice: FakeClient;
  let bob: FakeClient;

  beforeEach(() => {
    commands = new LockCommands();
    alice = commands.client('alice');
    bob = commands.client('bob');
  });

  it('answers token, version, lease and copies', async () => {
    expect(await alice.send('LOCK', 'a', 'TTL', '5000')).to.deep.equal([1, 0, 5_000, 0]);
    for (const lock of alice.session.held.values()) Object.assign(lock, { copies: 3 });
    expect(await alice.send('LOCK', 'a', 'TTL', '6000')).to.deep.equal([1, 0, 6_000, 3]);
  });

  it('tells who is denied about the holder, its note and its lease', async () => {
    await alice.send('LOCK', 'a', 'note', 'deploying: please wait');
    expect(await bob.send('LOCK', 'a')).to.equal(
      '-LOCKED "a" is held exclusive by alice (192.0.2.1:5000) ("deploying: please wait"), its lease runs 30.0 s more; try later, or LOCK with WAIT',
    );
    await alice.send('UNLOCK', 'a');
    await commands.client().send('LOCK', 'a', 'SHARED');
    await commands.client().send('LOCK', 'a', 'SHARED');
    expect(await bob.send('LOCK', 'a')).to.match(
      /^-LOCKED "a" is held shared by 192\.0\.2\.1:5000 and 1 more, its lease/,
    );
  });

  it('takes a note of up to 200 bytes that fits in one line', async () => {
    const longest = 'é'.repeat(MAX_REMARK_BYTES / 2);
    expect(await alice.send('LOCK', 'a', 'NOTE', longest)).to.be.an('array');
    expect(await alice.send('LOCK', 'b', 'NOTE', '')).to.be.an('array');
    for (const bad of [`${longest}x`, 'two\nlines', 'a\u0085b', 'a\u2028b', 'tab\there']) {
      expect(await alice.send('LOCK', 'c', 'NOTE', bad), JSON.stringify(bad)).to.match(
        /^-ERR NOTE must be at most 200 bytes of UTF-8 without control characters; usage: LOCK/,
      );
    }
  });

  it('tells a RESP3 client that it waits: where, for whom, and what for', async () => {
    await alice.send('LOCK', 'a', 'NOTE', 'backup');
    const waiting = bob.send('LOCK', 'a', 'WAIT', '1000');
    const carol = commands.client('carol');
    await commands.waitersReach('a', 1);
    const last = carol.send('LOCK', 'a', 'WAIT', '1000');
    await commands.waitersReach('a', 2);
    expect(bob.pushes).to.deep.equal([['lock', 'queued', 'a', 1, 'alice', 'backup']]);
    expect(carol.pushes).to.deep.equal([['lock', 'queued', 'a', 2, 'alice', 'backup']]);
    await alice.send('UNLOCK', 'a');
    await waiting;
    await bob.send('UNLOCK', 'a');
    expect(await last).to.be.an('array');
    expect(carol.pushes).to.have.length(1);
  });

  it('names the address of a holder without a name, and pushes nothing to RESP2', async () => {
    await commands.client().send('LOCK', 'a');
    const old = commands.client('old', 2);
    const waits = [bob.send('LOCK', 'a', 'WAIT', '1000'), old.send('LOCK', 'a', 'WAIT', '1000')];
    await commands.waitersReach('a', 2);
    expect(bob.pushes).to.deep.equal([['lock', 'queued', 'a', 1, '192.0.2.1:5000', '']]);
    expect(old.pushes).to.deep.equal([]);
    await commands.replica.clock.advance(1_000);
    await Promise.all(waits);
  });

  it('says how far a wait that ran out had come', async () => {
    await alice.send('LOCK', 'a', 'NOTE', 'backup');
    const first = bob.send('LOCK', 'a', 'WAIT', '5000');
    await commands.waitersReach('a', 1);
    const second = commands.client().send('LOCK', 'a', 'WAIT', '1000');
    await commands.waitersReach('a', 2);
    await commands.replica.clock.advance(1_000);
    expect(await second).to.equal(
      '-TIMEOUT the wait ran out, you were number 2 in line: "a" is held exclusive by alice (192.0.2.1:5000) ("backup"), its lease runs 29.0 s more, 1 waiting; try again',
    );
    await commands.replica.clock.advance(4_000);
    expect(await first).to.match(/^-TIMEOUT the wait ran out, you were number 1 in line/);
  });

  it('refuses a wait that would close a circle, and says who waits for whom', async () => {
    const carol = commands.client('carol');
    await alice.send('LOCK', 'a');
    await bob.send('LOCK', 'b');
    await carol.send('LOCK', 'c');
    const bobWaits = bob.send('LOCK', 'c', 'WAIT', '60000');
    await commands.waitersReach('c', 1);
    const carolWaits = carol.send('LOCK', 'a', 'WAIT', '60000');
    await commands.waitersReach('a', 1);
    expect(await alice.send('LOCK', 'b', 'WAIT', '60000')).to.equal(
      '-DEADLOCK waiting for "b" would close a circle: bob (192.0.2.1:5000) holds "b" and waits for "c", carol (192.0.2.1:5000) holds "c" and waits for "a", you hold "a"; UNLOCK something first, then try again',
    );
    expect((await commands.replica.table.inspect('b')).waiting).to.equal(0);
    await alice.send('UNLOCK', 'a');
    expect(await carolWaits).to.be.an('array');
    await carol.send('UNLOCK', 'c');
    expect(await bobWaits).to.be.an('array');
  });

  it('tells only the beginning of a long circle', async () => {
    const clients = Array.from({ length: 12 }, (_, at) => commands.client(`client-${at}`));
    for (const [at, client] of clients.entries()) await client.send('LOCK', `f${at}`);
    const waits: Promise<unknown>[] = [];
    for (const [at, client] of clients.entries()) {
      if (at === 0) continue;
      const next = `f${(at + 1) % clients.length}`;
      waits.push(client.send('LOCK', next, 'WAIT', '60000'));
      await commands.waitersReach(next, 1);
    }
    const refused = String(await clients[0]?.send('LOCK', 'f1', 'WAIT', '60000'));
    expect(refused).to.include('waits for "f9", and so on through 3 more, you hold "f0"; UNLOCK');
    expect(refused).to.include('client-8').and.not.include('client-9');
    await commands.replica.clock.advance(60_000);
    await Promise.all(waits);
  });
});
