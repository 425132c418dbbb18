import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { FileName } from '../../../src/files/file-name.js';
import type { OpenFile } from '../../../src/files/file-store.js';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { StoreExport } from '../../../src/files/transfer/store-export.js';
import {
  CONTRACT_MAX_FILE_BYTES,
  nameOf,
  put,
  read,
  write,
} from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { rejection } from '../../support/rejection.js';
import { StoreFixture } from '../directory/store-fixture.js';
import { ALL, archiveOf, importInto, Tally } from './transfer-rig.js';

type Opening = (open: () => Promise<OpenFile | undefined>) => Promise<OpenFile | undefined>;

/** A store in which something happens when a version is opened. */
class OddStore extends MemoryFileStore {
  readonly openings = new Map<string, Opening>();

  constructor(keepVersions = 10) {
    super(new FakeClock(), 10_000_000, new Keeping(keepVersions));
  }

  override async openFile(name: FileName, version?: number): Promise<OpenFile | undefined> {
    const open = () => super.openFile(name, version);
    return await (this.openings.get(`${name} ${version}`) ?? ((plain) => plain()))(open);
  }
}

/** Gives so many bytes, and then fails. */
function brokenAfter(bytes: number, error: Error): Opening {
  return async (open) => {
    const file = await open();
    if (file === undefined) return undefined;
    return {
      record: file.record,
      async *read() {
        yield* file.read(0, bytes);
        throw error;
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  };
}

async function exported(store: OddStore) {
  const tally = new Tally();
  const archive = Buffer.concat(await Array.fromAsync(new StoreExport(store).run(ALL, tally)));
  return { archive, lines: tally.lines };
}

const DISK = Object.assign(new Error('EIO: i/o error, read'), { errno: -5, code: 'EIO' });
const PRUNED = new FileStoreUnavailable('this version was pruned while it was read', false);

describe('An export', () => {
  let store: OddStore;
  let to: MemoryFileStore;

  beforeEach(async () => {
    store = new OddStore();
    to = new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(10));
    for (const content of ['first', 'second', 'third']) await write(store, 'a.txt', content);
    await write(store, 'b.txt', 'another');
  });

  const versions = async (name: string): Promise<readonly number[]> =>
    (await to.history(nameOf(name))).map(({ version }) => version);

  it('goes on behind a content that cannot be read, and so does its import', async () => {
    store.openings.set('a.txt 2', brokenAfter(3, DISK));
    const { archive, lines } = await exported(store);
    expect(lines).to.include('damaged a.txt 2: EIO: i/o error, read');
    const imported = await importInto(to, archive);
    expect(imported.filter((line) => line.startsWith('passed over'))).to.have.length(1);
    expect(await versions('a.txt')).to.deep.equal([3, 1]);
    expect(await read(to, 'a.txt')).to.equal('third');
    expect(await read(to, 'b.txt')).to.equal('another');
    const again = await importInto(to, archive);
    expect(again).to.include('passed over a.txt 2: the store has newer ones, and not this one');
    expect(again.filter((line) => line.startsWith('known'))).to.have.length(3);
  });

  it('names a content that cannot be opened or is missing, and goes on', async () => {
    store.openings.set('a.txt 1', async () => undefined);
    store.openings.set('a.txt 3', () => Promise.reject(PRUNED));
    const { archive, lines } = await exported(store);
    expect(lines).to.include('damaged a.txt 1: its content is missing');
    expect(lines).to.include(`damaged a.txt 3: ${PRUNED.message}`);
    await importInto(to, archive);
    expect(await versions('a.txt')).to.deep.equal([2]);
    expect(await read(to, 'b.txt')).to.equal('another');
  });

  it('adds what followed where the newest version is pruned before or while it is read', async () => {
    for (const lost of [async () => undefined, brokenAfter(2, PRUNED)]) {
      store = new OddStore(2);
      to = new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(10));
      await write(store, 'a.txt', 'first');
      await write(store, 'a.txt', 'second');
      store.openings.set('a.txt 2', async (open) => {
        const opened = await lost(open);
        await write(store, 'a.txt', 'third');
        await write(store, 'a.txt', 'fourth');
        return opened;
      });
      await importInto(to, (await exported(store)).archive);
      expect(await versions('a.txt')).to.deep.equal([4, 3, 1]);
      expect(await read(to, 'a.txt')).to.equal('fourth');
    }
  });

  it('leaves out an older version that is pruned before its turn comes', async () => {
    store = new OddStore(3);
    for (const content of ['first', 'second', 'third']) await write(store, 'a.txt', content);
    store.openings.set('a.txt 1', async (open) => {
      await write(store, 'a.txt', 'fourth');
      return await open();
    });
    const { archive, lines } = await exported(store);
    expect(lines).to.include('left out a.txt 1');
    await importInto(to, archive);
    expect(await versions('a.txt')).to.deep.equal([3, 2]);
  });

  it('goes on behind a file whose records are damaged, or that is too big to be adopted', async () => {
    const fixture = await StoreFixture.create();
    try {
      const { store: directory } = await fixture.replica();
      await write(directory, 'a', 'one');
      const { record } = await write(directory, 'a', 'two');
      await write(directory, 'c', 'whole');
      await writeFile(fixture.recordPath(record ?? ''), 'damaged');
      await writeFile(fixture.path('b'), 'x'.repeat(CONTRACT_MAX_FILE_BYTES + 1));
      const tally = new Tally();
      const chunks = await Array.fromAsync(new StoreExport(directory).run(ALL, tally));
      expect(tally.lines.filter((line) => line.startsWith('skipped'))).to.deep.equal([
        `skipped a: the record ${record} is damaged: restore .candado/contents from a backup`,
        `skipped b: a file may have at most ${CONTRACT_MAX_FILE_BYTES} bytes (MAX_FILE_BYTES)`,
      ]);
      expect(await importInto(to, Buffer.concat(chunks))).to.deep.equal(['imported c of 5']);
    } finally {
      await fixture.close();
    }
  });

  it('gives up on a file whose newest version is always gone', async () => {
    store.openings.set('b.txt 1', async () => undefined);
    const failed = await rejection(archiveOf(store));
    expect(failed).to.be.instanceOf(FileStoreUnavailable);
    expect(failed.message).to.include('"b.txt"');
  });

  it('ends with what is no matter of storage', async () => {
    store.openings.set('a.txt 2', brokenAfter(3, new TypeError('a fault')));
    expect((await rejection(archiveOf(store))).message).to.equal('a fault');
  });
});

describe('An import', () => {
  let from: MemoryFileStore;
  let to: MemoryFileStore;

  beforeEach(() => {
    from = new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(3));
    to = new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(3));
  });

  async function fenced(store: MemoryFileStore, token: number) {
    const result = await store.fence(nameOf('a.txt'), token, false);
    if (result.outcome !== 'fenced') throw new Error('a higher token is there');
    return result.head;
  }

  it('lets tokens only rise, also behind those of locks that wrote nothing', async () => {
    await put(from, await fenced(from, 5), 'content');
    await fenced(from, 12);
    const archive = await archiveOf(from);
    await importInto(to, archive);
    expect(await to.head(nameOf('a.txt'))).to.deep.include({ version: 1, token: 12 });
    expect(await to.fence(nameOf('a.txt'), 12, false)).to.include({ outcome: 'behind' });
    await put(from, await fenced(from, 13), 'next');
    const lines = await importInto(to, await archiveOf(from));
    expect(lines).to.include('imported a.txt of 4');
    expect(await to.head(nameOf('a.txt'))).to.deep.include({ version: 2, token: 13 });
  });

  it('does not raise the token of a file that somebody locked since', async () => {
    await put(from, await fenced(from, 5), 'content');
    await importInto(to, await archiveOf(from));
    const held = await fenced(to, 6);
    await fenced(from, 12);
    expect(await importInto(to, await archiveOf(from))).to.deep.equal(['known a.txt']);
    expect(await to.head(nameOf('a.txt'))).to.deep.equal(held);
  });

  it('leaves a name alone that is locked, also where the archive has higher tokens', async () => {
    await put(from, await fenced(from, 50), 'content');
    const held = await fenced(to, 1);
    expect(await importInto(to, await archiveOf(from))).to.deep.equal([
      'refused a.txt: somebody has locked it, or changed it since',
    ]);
    expect(await to.head(nameOf('a.txt'))).to.deep.equal(held);
  });

  it('never follows a version that the archive does not have', async () => {
    for (const content of ['1', '2', '3', '4', '5']) await write(from, 'a.txt', content);
    await write(to, 'a.txt', 'of somebody else');
    for (const options of [{ currentOnly: true }, ALL]) {
      const lines = await importInto(to, await archiveOf(from, options));
      expect(lines).to.deep.equal(['refused a.txt: the store has another history of it']);
      expect(await read(to, 'a.txt')).to.equal('of somebody else');
    }
  });

  it('does not take versions for imported where there are only newer ones', async () => {
    await write(from, 'a.txt', '1');
    await write(from, 'b.txt', '1');
    for (let version = 1; version <= 5; version++) await write(to, 'a.txt', `other ${version}`);
    const lines = await importInto(to, await archiveOf(from));
    expect(lines).to.include('refused a.txt: the store has only newer versions of it');
    expect(await read(to, 'b.txt')).to.equal('1');
  });

  it('again, where the store keeps less than the archive has, finds all as it was', async () => {
    const roomy = new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(10));
    for (const content of ['1', '2', '3', '4', '5']) await write(roomy, 'a.txt', content);
    const archive = await archiveOf(roomy);
    await importInto(to, archive);
    const lines = await importInto(to, archive);
    expect(lines).to.deep.equal(Array.from({ length: 5 }, () => 'known a.txt'));
  });

  it('passes over a content that is too big here, and leaves no trace of the name', async () => {
    const small = new MemoryFileStore(new FakeClock(), 1000, new Keeping(3));
    await write(from, 'a.txt', 'x'.repeat(200_000));
    await write(from, 'b.txt', 'small');
    await write(from, 'c.txt', 'y'.repeat(200_000));
    await write(from, 'c.txt', 'smaller');
    const lines = await importInto(small, await archiveOf(from));
    expect(lines.filter((line) => line.startsWith('passed over'))).to.deep.equal([
      'passed over a.txt 1: a file may have at most 1000 bytes (MAX_FILE_BYTES)',
      'passed over c.txt 1: a file may have at most 1000 bytes (MAX_FILE_BYTES)',
    ]);
    expect(await small.head(nameOf('a.txt'))).to.equal(undefined);
    expect(await read(small, 'b.txt')).to.equal('small');
    expect(await read(small, 'c.txt')).to.equal('smaller');
  });

  it('refuses a name below one that is a file, and takes the rest', async () => {
    await write(to, 'a', 'a file');
    await write(from, 'a/b', 'below it');
    await write(from, 'c', 'beside it');
    const lines = await importInto(to, await archiveOf(from));
    expect(lines.find((line) => line.startsWith('refused a/b'))).to.include('because "a" is one');
    expect(await read(to, 'c')).to.equal('beside it');
  });

  it('loses against who writes at the same moment', async () => {
    class Raced extends MemoryFileStore {
      override async stageCopy(...args: Parameters<MemoryFileStore['stageCopy']>) {
        const staged = await super.stageCopy(...args);
        await write(this, 'a.txt', 'faster');
        return staged;
      }
    }
    await write(from, 'a.txt', 'slower');
    const raced = new Raced(new FakeClock(), 1000, new Keeping(3));
    expect(await importInto(raced, await archiveOf(from))).to.deep.equal([
      'refused a.txt: somebody changed it at this moment',
    ]);
    expect(await read(raced, 'a.txt')).to.equal('faster');
  });
});
