import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { StepName } from '../../../src/files/failpoints.js';
import { author, bytesOf, nameOf, read } from '../../contract/file-store.contract.js';
import { large, type Replica, StoreFixture, ToldMount } from './store-fixture.js';

function diskError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'fsync' });
}

async function failure(work: Promise<unknown>): Promise<FileStoreUnavailable> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FileStoreUnavailable) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('What is acknowledged', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  const name = nameOf('dir/a');
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica({
      durability: 'fsync',
      mount: new ToldMount({ isLocal: true, keepsOrder: false }),
    });
  });

  afterEach(() => fixture.close());

  describe('is on disk: content, record and shard before the swap, the head’s folder after it,', () => {
    const apart: readonly StepName[] = [
      'sync.file',
      'stage.content-written',
      'sync.file',
      'stage.record-placed',
      'stage.content-placed',
    ];
    const together: readonly StepName[] = [
      'stage.content-written',
      'stage.content-placed',
      'sync.file',
    ];
    const swapped: readonly StepName[] = [
      'publish.before-swap',
      'publish.after-swap',
      'sync.folder', // the head's own
    ];
    const content = [
      ['a small content', 'x', together],
      ['a large content', large('x'), apart],
    ] as const;
    for (const [what, bytes, written] of content) {
      for (const isLocal of [true, false]) {
        it(`of ${what}, on ${isLocal ? 'a disk here' : 'another disk'}`, async () => {
          const steps = await stepsOf({ isLocal, keepsOrder: false }, bytes);
          expect(steps).to.deep.equal([
            'sync.folder', // contents, for the new shard
            ...written,
            'sync.folder', // the shard; of a small content at the same time as the file
            'sync.folder', // dir
            'sync.folder', // files
            ...swapped,
          ]);
        });
      }

      it(`of ${what}, by the head’s folder alone where the disk keeps the order`, async () => {
        const steps = await stepsOf({ isLocal: true, keepsOrder: true }, bytes);
        expect(steps).to.deep.equal([...written, ...swapped]);
      });

      it(`of ${what}, where a file brings its entry with it to the disk`, async () => {
        const told = { isLocal: true, keepsOrder: false, bringsEntries: true };
        const shard = written === together ? [] : (['sync.folder'] as const);
        expect(await stepsOf(told, bytes)).to.deep.equal([
          'sync.folder', // contents, for the new shard
          ...written,
          ...shard,
          'sync.folder', // dir
          'sync.folder', // files
          ...swapped,
        ]);
      });
    }

    async function stepsOf(
      told: ConstructorParameters<typeof ToldMount>[0],
      bytes: string,
    ): Promise<readonly StepName[]> {
      const mount = new ToldMount(told);
      const { store, failpoints } = await fixture.replica({ durability: 'fsync', mount });
      const head = await store.ensureHead(name);
      failpoints.steps.length = 0;
      await store.publish(await store.stage(head, bytesOf(bytes), author(0)));
      const steps = failpoints.steps.filter((step) => step !== 'open.head-read');
      // Of two at once either may be first.
      const placed = steps.indexOf('stage.content-placed');
      if (steps[placed + 1] === 'sync.folder' && steps[placed + 2] === 'sync.file') {
        steps.splice(placed + 1, 2, 'sync.file', 'sync.folder');
      }
      return steps;
    }
  });

  it('is said to be seen as soon as it is, before it is on disk', async () => {
    const { store, failpoints } = replica;
    const head = await store.ensureHead(name);
    const staged = await store.stage(head, bytesOf('x'), author(0));
    failpoints.steps.length = 0;
    let seen: unknown;
    const stepsBefore: StepName[] = [];
    const result = await store.publish(staged, (swapped) => {
      seen = swapped;
      stepsBefore.push(...failpoints.steps);
    });
    expect(result).to.deep.equal({ outcome: 'published', head: seen });
    expect(stepsBefore.at(-1)).to.equal('publish.before-swap');
    expect(failpoints.steps.at(-1)).to.equal('sync.folder');
  });

  it('holds for the folders of a new name', async () => {
    const { store, failpoints } = replica;
    failpoints.steps.length = 0;
    await store.fence(name, 1, false);
    expect(failpoints.steps).to.deep.equal([
      'sync.folder', // the prepared folder of the head
      'sync.folder', // the prepared dir
      'create.before-rename',
      'create.after-rename',
      'sync.folder', // files
      'fence.before-swap',
      'fence.after-swap',
    ]);
  });

  it('is not waited for by a grant, whose head comes to the disk with what is published', async () => {
    const { store, failpoints } = replica;
    const head = await store.ensureHead(name);
    failpoints.steps.length = 0;
    const fenced = await store.fence(name, 1, false);
    expect(failpoints.steps).to.deep.equal(['fence.before-swap', 'fence.after-swap']);
    failpoints.steps.length = 0;
    expect(fenced).to.have.nested.property('head.version', head.version);
    if (fenced.outcome !== 'fenced') throw new Error('not fenced');
    await store.publish(await store.stage(fenced.head, bytesOf('x'), author(1)));
    expect(failpoints.steps.at(-1)).to.equal('sync.folder');
  });

  it('is left to the operating system with DURABILITY=os', async () => {
    const { store, failpoints } = await fixture.replica({ durability: 'os' });
    const head = await store.ensureHead(name);
    await store.publish(await store.stage(head, bytesOf('x'), author(0)));
    expect(failpoints.steps.filter((step) => step.startsWith('sync.'))).to.deep.equal([]);
  });

  it('is unknown where the swap took place but its folder could not be synced', async () => {
    const { store, failpoints } = replica;
    const staged = await store.stage(await store.ensureHead(name), bytesOf('x'), author(0));
    failpoints.doAt('publish.after-swap', async () => {
      failpoints.failAt('sync.folder', diskError('EIO'));
    });
    expect((await failure(store.publish(staged))).outcomeUnknown).to.equal(true);
    await store.discard(staged);
    expect(await read(store, 'dir/a')).to.equal('x');
  });

  it('is not more than what fitted: a full disk changes nothing and leaves nothing', async () => {
    const { store, failpoints } = replica;
    const head = await store.ensureHead(name);
    for (const [step, content] of [
      ['stage.content-written', 'x'],
      ['sync.file', 'x'],
      ['stage.content-placed', 'x'],
      ['stage.content-written', large('x')],
      ['stage.record-placed', large('x')],
      ['sync.file', large('x')],
    ] as const) {
      failpoints.failAt(step, diskError('ENOSPC'));
      const error = await failure(store.stage(head, bytesOf(content), author(0)));
      expect(error.message).to.match(/disk is full/);
      expect(error.outcomeUnknown).to.equal(false);
    }
    expect(await store.head(name)).to.deep.equal(head);
    expect(await fixture.shelved()).to.deep.equal([]);
    expect(await fixture.prepared()).to.deep.equal([]);
  });

  it('and what failed in its source leaves nothing either', async () => {
    const { store } = replica;
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(50_000);
      throw new Error('gone');
    }
    const head = await store.ensureHead(name);
    await store.stage(head, failing(), author(0)).catch(() => undefined);
    await store.stage(head, bytesOf(Buffer.alloc(100_001)), author(0)).catch(() => undefined);
    expect(await fixture.shelved()).to.deep.equal([]);
    expect(await fixture.prepared()).to.deep.equal([]);
  });

  it('is not forgotten because the volume went away: that is told apart from "no file"', async () => {
    await rm(fixture.own(), { recursive: true });
    const { store } = replica;
    expect((await failure(store.head(name))).message).to.match(/volume is mounted/);
    expect((await failure(store.openFile(name))).message).to.match(/volume is mounted/);
    expect((await failure(store.ensureHead(name))).message).to.match(/volume is mounted/);
    expect((await failure(store.fence(name, 1, false))).message).to.match(/volume is mounted/);
    expect((await failure(store.list({ count: 10 }))).message).to.match(/volume is mounted/);
  });
});
