import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { PRUNED_GRACE_MS } from '../../../src/files/directory/retention.js';
import { author, bytesOf, nameOf, read, write } from '../../contract/file-store.contract.js';
import { linesOf } from '../check/check-rig.js';
import { large, type Replica, StoreFixture } from './store-fixture.js';

const A_BIT_MS = 5_000;

describe('Contents in files of their own and behind their records', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  const a = nameOf('a');
  let fixture: StoreFixture;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
  });

  afterEach(() => fixture.close());

  /** A replica that has nothing in memory. */
  const next = (): Promise<Replica> => fixture.replica({ plainView: 'on' });

  it('are told apart by their size: a small one is one file, a large one two', async () => {
    const { store } = await next();
    await write(store, 'a', 'small');
    expect(await fixture.shelved()).to.have.length(1);
    await write(store, 'b', large(''));
    expect(await fixture.shelved()).to.have.length(1 + 2);
    await write(store, 'c', large('').slice(1));
    await write(store, 'empty', '');
    expect(await fixture.shelved()).to.have.length(1 + 2 + 1 + 1);
    await store.close();
    const later = await next();
    for (const [name, content] of [
      ['a', 'small'],
      ['b', large('')],
      ['c', large('').slice(1)],
      ['empty', ''],
    ] as const) {
      expect(await read(later.store, name), name).to.equal(content);
      expect(await readFile(fixture.path(name), 'utf8'), name).to.equal(content);
    }
    expect(await linesOf(later.store)).to.deep.equal([]);
  });

  it('mix in one history, and are read, shown, checked and pruned alike', async () => {
    const earlier = await next();
    for (const content of ['one', 'two']) await write(earlier.store, 'a', content);
    await write(earlier.store, 'old', 'untouched');
    await earlier.store.close();
    await fixture.asWrittenByEarlierBuilds();
    const [old = ''] = (await fixture.shelved()).filter((entry) => !entry.endsWith('.json'));
    expect(old).not.to.equal('');

    const { store } = await next();
    expect(await read(store, 'old')).to.equal('untouched');
    await write(store, 'a', 'three');
    expect([await read(store, 'a', 1), await read(store, 'a', 3)]).to.deep.equal(['one', 'three']);
    expect(await linesOf(store)).to.deep.equal([]);
    for (const content of ['four', 'five']) await write(store, 'a', content);
    await store.idle();
    expect(await readFile(fixture.path('a'), 'utf8')).to.equal('five');
    expect(await fixture.contents()).to.have.length(5 + 1);

    await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
    await store.idle();
    expect(await fixture.contents()).to.have.length(3 + 1);
    for (const content of ['six', 'seven']) await write(store, 'a', content);
    await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
    await store.idle();
    expect(await fixture.contents()).to.have.length(3 + 1);
    expect(await read(store, 'a', 4)).to.equal(undefined);
    expect(await read(store, 'a', 5)).to.equal('five');
    expect(await store.published(a, 'none')).to.equal(undefined);
    expect(await linesOf(store)).to.deep.equal([]);
  });

  it('are restored and cleaned alike', async () => {
    const { store } = await next();
    const head = await write(store, 'a', 'one');
    await store.stage(head, bytesOf('lost'), author(0));
    await store.stage(head, bytesOf(large('lost')), author(0));
    await fixture.asWrittenByEarlierBuilds();
    await store.stage(head, bytesOf('lost, too'), author(0));
    expect(await fixture.contents()).to.have.length(4);
    await store.close();
    await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
    const later = await next();
    expect(await fixture.shelved()).to.have.length(2);
    expect(await read(later.store, 'a')).to.equal('one');
  });
});
