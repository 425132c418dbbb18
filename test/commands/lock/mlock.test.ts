import { expect } from 'chai';
import { MAX_NAMES_AT_ONCE } from '../../../src/commands/lock/mlock.js';
import { type FakeClient, LockCommands } from './fixture.js';

describe('MLOCK', () => {
  let commands: LockCommands;
  let alice: FakeClient;
  let bob: FakeClient;

  beforeEach(() => {
    commands = new LockCommands();
    alice = commands.client('alice');
    bob = commands.client('bob');
  });

  it('answers for each file what LOCK would, in the order given', async () => {
    await alice.send('LOCK', 'b');
    await alice.send('UNLOCK', 'b');
    expect(await alice.send('MLOCK', '2', 'b', 'a', 'TTL', '5000')).to.deep.equal([
      [2, 0, 5_000, 0],
      [1, 0, 5_000, 0],
    ]);
  });

  it('answers as the LOCK that was denied would, and holds nothing', async () => {
    await alice.send('LOCK', 'b', 'NOTE', 'backup');
    expect(await bob.send('MLOCK', '2', 'a', 'b')).to.match(
      /^-LOCKED "b" is held exclusive by alice .*"backup"/,
    );
    expect(await bob.send('UNLOCK', 'a')).to.match(/^-NOTLOCKED /);
  });

  it('tells of each file that it has to wait for', async () => {
    await alice.send('MLOCK', '2', 'a', 'b', 'NOTE', 'both');
    const waiting = bob.send('MLOCK', '2', 'b', 'a', 'SHARED', 'WAIT', '1000');
    await commands.waitersReach('a', 1);
    await alice.send('UNLOCK', 'a');
    await commands.waitersReach('b', 1);
    await alice.send('UNLOCK', 'b');
    expect(await waiting).to.have.length(2);
    expect(bob.pushes).to.deep.equal([
      ['lock', 'queued', 'a', 1, 'alice', 'both'],
      ['lock', 'queued', 'b', 1, 'alice', 'both'],
    ]);
  });

  it('takes from 1 to 100 names, each once', async () => {
    const names = Array.from({ length: MAX_NAMES_AT_ONCE }, (_, at) => `f${at}`);
    expect(await alice.send('MLOCK', '100', ...names)).to.have.length(100);
    expect(await bob.send('MLOCK', '101', ...names, 'more')).to.match(
      /^-ERR count must be a whole/,
    );
    expect(await bob.send('MLOCK', '0', 'a')).to.match(/^-ERR count must be a whole number from 1/);
    expect(await bob.send('MLOCK', '2', 'x', 'x')).to.match(/^-ERR "x" is given twice/);
    expect(await bob.send('MLOCK', '2', 'x', '../x')).to.match(/^-NAME /);
    expect(await bob.send('MLOCK', '3', 'x', 'y')).to.match(/^-ERR an argument is missing/);
    expect(await bob.send('MLOCK', '1', 'x', 'y')).to.match(/^-ERR unknown option "Y"/);
    expect(bob.session.held.size).to.equal(0);
  });
});
