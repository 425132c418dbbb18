import { statSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { HeadMemory } from '../../../src/files/directory/head-memory.js';
import { firstHead, withToken } from '../../../src/files/directory/head-name.js';
import { HeadReader } from '../../../src/files/directory/head-reader.js';
import { Layout } from '../../../src/files/directory/layout.js';
import type { Head } from '../../../src/files/head.js';
import { author, bytesOf, nameOf, put } from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture, ToldMount } from './store-fixture.js';

const LONG_MS = 1_100;

describe('HeadMemory', () => {
  const name = nameOf('a');
  const stamp = { dev: 1, ino: 2, mtimeMs: 3, ctimeMs: 4 };
  const head = firstHead(name);
  const newer = withToken(head, 1);
  let nowMs: number;
  let memory: HeadMemory;

  beforeEach(() => {
    nowMs = 0;
    memory = new HeadMemory(2, () => nowMs);
  });

  function listed(shown: Head | undefined = head, at = stamp): void {
    expect(memory.list(name, at, () => shown)).to.equal(shown);
  }

  it('knows a head that was listed after its folder had stood for long', () => {
    listed();
    expect(memory.recall(name, stamp)).to.equal(undefined);
    nowMs += LONG_MS;
    expect(memory.recall(name, stamp), 'not listed since').to.equal(undefined);
    listed();
    expect(memory.recall(name, stamp)).to.equal(head);
    expect(memory.recall(nameOf('b'), stamp)).to.equal(undefined);
  });

  it('does not know one whose folder may have changed twice in a moment', () => {
    listed();
    nowMs += LONG_MS - 1;
    listed(newer);
    expect(memory.recall(name, stamp)).to.equal(undefined);
  });

  it('counts the time from before the listing, which may take long', () => {
    memory.list(name, stamp, () => {
      nowMs += 2 * LONG_MS;
      return head;
    });
    memory.list(name, { ...stamp, ctimeMs: 5 }, () => head);
    nowMs += LONG_MS - 1;
    memory.list(name, { ...stamp, ctimeMs: 5 }, () => {
      nowMs += LONG_MS;
      return newer;
    });
    expect(memory.recall(name, { ...stamp, ctimeMs: 5 })).to.equal(undefined);
  });

  for (const field of ['dev', 'ino', 'mtimeMs', 'ctimeMs'] as const) {
    it(`knows nothing of a folder with another ${field}, and begins anew`, () => {
      listed();
      nowMs += LONG_MS;
      listed();
      const other = { ...stamp, [field]: 9 };
      expect(memory.recall(name, other)).to.equal(undefined);
      listed(newer, other);
      expect(memory.recall(name, other)).to.equal(undefined);
      nowMs += LONG_MS;
      listed(newer, other);
      expect(memory.recall(name, other)).to.equal(newer);
      expect(memory.recall(name, stamp)).to.equal(undefined);
    });
  }

  it('keeps what was used last, and no more than it may', () => {
    const names = ['a', 'b', 'c'].map(nameOf);
    const [a = name, b = name, c = name] = names;
    const learn = (one: typeof name): void => {
      for (const _ of [1, 2]) {
        memory.list(one, stamp, () => firstHead(one));
        nowMs += LONG_MS;
      }
    };
    learn(a);
    learn(b);
    expect(memory.recall(a, stamp)?.name).to.equal(a);
    learn(c);
    expect(names.map((one) => memory.recall(one, stamp)?.name)).to.deep.equal([a, undefined, c]);
  });
});

describe('A head that is remembered', function () {
  this.timeout(10_000);
  const name = nameOf('dir/a');
  let fixture: StoreFixture;
  let replica: Replica;
  let nowMs: number;
  let memory: HeadMemory;
  let reader: HeadReader;
  let folder: string;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
    nowMs = 0;
    memory = new HeadMemory(9, () => nowMs);
    const layout = new Layout(fixture.root);
    folder = layout.headFolder(name);
    reader = new HeadReader(layout, new ToldMount({ isLocal: true, keepsOrder: false }), memory);
  });

  afterEach(() => fixture.close());

  /** Until the times of the disk tell later changes from those of the folder. */
  async function settled(): Promise<void> {
    const probe = fixture.own('tmp', 'probe');
    const { ctimeMs } = await stat(folder);
    do await writeFile(probe, 'x');
    while ((await stat(probe)).ctimeMs < ctimeMs + 20);
  }

  it('is never older than the last swap, however fast one follows another', async () => {
    let head = await replica.store.ensureHead(name);
    for (let round = 0; round < 10; round++) {
      expect(reader.glance(name)).to.deep.equal(head);
      await settled();
      nowMs += LONG_MS;
      expect(reader.glance(name)).to.deep.equal(head);
      expect(memory.recall(name, statSync(folder)), 'is remembered').to.deep.equal(head);
      for (let token = 1; token <= 30; token++) {
        const swapped = await replica.store.fenceFrom(head, head.token + 1);
        if (swapped.outcome !== 'fenced') throw new Error('somebody else moved it');
        head = swapped.head;
        expect(reader.glance(name)).to.deep.equal(head);
        expect(await reader.read(name)).to.deep.equal(head);
      }
    }
  });

  it('is gone with its folder, and not that of another name made in its place', async () => {
    const head = await replica.store.ensureHead(name);
    reader.glance(name);
    nowMs += LONG_MS;
    expect(reader.glance(name)).to.deep.equal(head);
    await replica.store.forgetUnwritten(head);
    expect(reader.glance(name)).to.equal(undefined);
    await replica.store.ensureHead(nameOf('dir/a/below'));
    expect(reader.glance(name)).to.equal(undefined);
    expect(await reader.place(name)).to.have.property('kind', 'folder');
  });

  it('is not looked for where the disk is not of this machine', async () => {
    await replica.store.ensureHead(name);
    const mount = new ToldMount({ isLocal: false, keepsOrder: false });
    const elsewhere = new HeadReader(new Layout(fixture.root), mount, memory);
    expect(elsewhere.glance(name)).to.equal(undefined);
    expect((await elsewhere.read(name))?.name).to.equal(name);
  });

  it('makes a small content be at hand, at once after it was published', async () => {
    const { store } = replica;
    expect(store.atHand(name)).to.equal(undefined);
    const first = await put(store, await store.ensureHead(name), 'one');
    expect(store.atHand(name)?.whole?.toString()).to.equal('one');
    const staged = await store.stage(first, bytesOf('two'), author(0));
    expect(store.atHand(name)?.record.version).to.equal(1);
    const published = await store.publish(staged);
    expect(store.atHand(name)?.record.version).to.equal(2);
    if (published.outcome !== 'published') throw new Error('it was not published');
    const other = await fixture.replica();
    expect(other.store.atHand(name), 'not read yet').to.equal(undefined);
    await other.store.openFile(name);
    expect(other.store.atHand(name)?.whole?.toString()).to.equal('two');
    await put(store, published.head, Buffer.alloc(50_000).toString());
    for (const at of [store, other.store]) expect(at.atHand(name)).to.equal(undefined);
  });
});
