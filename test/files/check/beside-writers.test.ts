import { expect } from 'chai';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { PRUNED_GRACE_MS } from '../../../src/files/directory/retention.js';
import {
  author,
  bytesOf,
  CONTRACT_KEEP_VERSIONS,
  nameOf,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { large, type Replica, StoreFixture } from '../directory/store-fixture.js';
import { linesOf, look } from './check-rig.js';

/** Covers that the fake clock starts a little ahead of the disk's. */
const A_BIT_MS = 5_000;

describe('A check beside replicas at work finds nothing wrong', function () {
  // It waits for a disk that others may be using.
  this.timeout(20_000);
  const names = ['a', 'dir/b', 'c'] as const;
  let fixture: StoreFixture;
  let checker: Replica;
  let writer: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    checker = await fixture.replica({ plainView: 'on' });
    writer = await fixture.replica({ plainView: 'on' });
    for (const name of names) {
      for (let version = 1; version <= CONTRACT_KEEP_VERSIONS; version++) {
        await write(writer.store, name, `${version} of ${name}`);
      }
    }
    await writer.store.idle();
    await fixture.clock.advance(A_BIT_MS);
  });

  afterEach(() => fixture.close());

  /** Lets `work` be done every time that the check is about to read a content. */
  function whileReading(work: (time: number) => Promise<void>): void {
    let time = 0;
    const again = async (): Promise<void> => {
      await work(time++);
      checker.failpoints.doAt('open.head-read', again);
    };
    checker.failpoints.doAt('open.head-read', again);
  }

  async function replaceAll(name: string): Promise<void> {
    for (let version = 1; version <= CONTRACT_KEEP_VERSIONS; version++) {
      await write(writer.store, name, `again ${version} of ${name}`);
    }
  }

  async function prune(): Promise<void> {
    await writer.store.idle();
    await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
    await writer.store.idle();
  }

  it('where all that it has read of is replaced and pruned', async () => {
    let contents: readonly string[] = [];
    whileReading(async () => {
      for (const name of names) await replaceAll(name);
      await prune();
      contents = await fixture.contents();
    });
    expect((await look(checker.store)).findings).to.deep.equal([]);
    expect(contents).to.have.length(names.length * CONTRACT_KEEP_VERSIONS);
    expect((await checker.store.head(nameOf('a')))?.version).to.be.above(CONTRACT_KEEP_VERSIONS);
  });

  it('where files come, go, and come again, and names are locked and forgotten', async () => {
    whileReading(async (time) => {
      const head = await writer.store.ensureHead(nameOf('dir/b'));
      if (head.content === undefined) await write(writer.store, 'dir/b', 'again');
      else await remove(writer.store, head);
      await write(writer.store, `new/${time}`, 'new');
      await writer.store.forgetUnwritten(await writer.store.ensureHead(nameOf(`locked/${time}`)));
      await writer.store.fence(nameOf('c'), time + 1, false);
      await prune();
    });
    expect(await linesOf(checker.store)).to.deep.equal([]);
    expect((await checker.store.head(nameOf('c')))?.token).to.be.above(1);
  });

  it('where a publisher has paused at any step, for however long', async () => {
    const steps = [
      ['stage.content-written', 'small'],
      ['stage.content-placed', 'small'],
      ['stage.content-written', large('one')],
      ['stage.record-placed', large('two')],
      ['stage.content-placed', large('three')],
      ['publish.before-swap', large('four')],
      ['publish.after-swap', 'small again'],
    ] as const;
    for (const [step, content] of steps) {
      const stop = writer.failpoints.stopAt(step);
      const written = write(writer.store, 'a', content);
      await stop.reached;
      await fixture.clock.advance(A_BIT_MS);
      const lines = await linesOf(checker.store);
      // Until the publisher goes on to it, or a sweep does.
      const isBehind = step === 'publish.after-swap';
      const expected = isBehind ? ['VIEW a: its plain file is that of an older version'] : [];
      expect(lines, step).to.deep.equal(expected);
      stop.resume();
      await written;
      await writer.store.idle();
      expect(await read(checker.store, 'a')).to.equal(content);
    }
  });

  it('where what it takes for lost could still be published', async () => {
    const from = await writer.store.ensureHead(nameOf('a'));
    const staged = await writer.store.stage(from, bytesOf('late'), author(from.token));
    await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
    await checker.store.idle();
    expect(await linesOf(checker.store)).to.deep.equal([]);
    expect((await writer.store.publish(staged)).outcome).to.equal('published');
    await writer.store.idle();
    expect(await linesOf(checker.store)).to.deep.equal([]);
  });
});
