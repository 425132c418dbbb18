import { expect } from 'chai';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { StoreExport } from '../../../src/files/transfer/store-export.js';
import { ArchiveError, StoreImport } from '../../../src/files/transfer/store-import.js';
import { nameOf, put, read, remove, write } from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { rejection } from '../../support/rejection.js';
import { ALL, archiveOf, importInto, inPieces, Tally } from './transfer-rig.js';

function emptyStore(): MemoryFileStore {
  return new MemoryFileStore(new FakeClock(), 10_000_000, new Keeping(10));
}

describe('An archive of a store', () => {
  let from: MemoryFileStore;
  let to: MemoryFileStore;

  beforeEach(async () => {
    from = emptyStore();
    to = emptyStore();
    const head = await write(from, 'a.txt', 'one');
    await put(from, head, 'two');
    await write(from, 'deep/er/b.bin', 'x'.repeat(300_000));
    await remove(from, await write(from, 'gone', 'was here'));
    await write(from, 'empty', '');
  });

  it('has every version with all that is known of it', async () => {
    await importInto(to, await archiveOf(from));
    for (const name of ['a.txt', 'deep/er/b.bin', 'gone', 'empty']) {
      const history = await from.history(nameOf(name));
      expect(await to.history(nameOf(name)), name).to.deep.equal(history);
    }
    expect(await read(to, 'a.txt', 1)).to.equal('one');
    expect(await read(to, 'gone', 1)).to.equal('was here');
    expect(await read(to, 'gone')).to.equal(undefined);
    expect(await read(to, 'deep/er/b.bin')).to.have.length(300_000);
    expect(await read(to, 'empty')).to.equal('');
  });

  it('may be of the newest versions, or of some names only', async () => {
    await importInto(to, await archiveOf(from, { currentOnly: true }));
    expect((await to.history(nameOf('a.txt'))).map(({ version }) => version)).to.deep.equal([2]);
    expect(await to.history(nameOf('gone'))).to.deep.equal([]);
    const some = emptyStore();
    const chunks = await Array.fromAsync(
      new StoreExport(from).run({ currentOnly: false, pattern: 'deep/**' }, new Tally()),
    );
    await importInto(some, Buffer.concat(chunks));
    expect((await some.list({ count: 10 })).names).to.deep.equal(['deep/er/b.bin']);
  });

  it('of an empty store is an archive, too', async () => {
    expect(await importInto(to, await archiveOf(emptyStore()))).to.deep.equal([]);
  });

  it('imported again changes nothing', async () => {
    const archive = await archiveOf(from);
    await importInto(to, archive);
    const lines = await importInto(to, archive);
    expect(lines.every((line) => line.startsWith('known '))).to.equal(true);
    expect(lines).to.have.length(6);
  });

  it('goes on where a store has the beginning of the same history', async () => {
    const early = await archiveOf(from);
    await put(from, await from.ensureHead(nameOf('a.txt')), 'three');
    await importInto(to, early);
    await importInto(to, await archiveOf(from));
    expect(await read(to, 'a.txt')).to.equal('three');
    expect((await to.history(nameOf('a.txt'))).map(({ version }) => version)).to.deep.equal([
      3, 2, 1,
    ]);
  });

  it('does not touch a file that has another history', async () => {
    await write(to, 'a.txt', 'mine');
    const lines = await importInto(to, await archiveOf(from));
    expect(lines).to.include('refused a.txt: the store has another history of it');
    expect(await read(to, 'a.txt')).to.equal('mine');
    expect(await to.history(nameOf('a.txt'))).to.have.length(1);
    expect(await read(to, 'empty')).to.equal('');
  });

  it('does not touch a name that somebody has locked', async () => {
    await to.fence(nameOf('a.txt'), 5, false);
    const lines = await importInto(to, await archiveOf(from));
    expect(lines.filter((line) => line.includes('a.txt'))).to.deep.equal([
      'refused a.txt: somebody has locked it, or changed it since',
    ]);
    expect(await to.head(nameOf('a.txt'))).to.deep.include({ version: 0, token: 5 });
  });

  it('cut off anywhere is refused, and can be imported again from its whole', async () => {
    const archive = await archiveOf(from);
    for (let length = 0; length < archive.length - 2048; length += 37_501) {
      const store = emptyStore();
      const cut = archive.subarray(0, length);
      const failed = await rejection(new StoreImport(store).run(inPieces(cut), new Tally()));
      expect(failed, `${length}`).to.be.instanceOf(ArchiveError);
      await importInto(store, archive);
      expect(await store.history(nameOf('deep/er/b.bin'))).to.deep.equal(
        await from.history(nameOf('deep/er/b.bin')),
      );
    }
  });

  it('in which a content was changed is told from a whole one', async () => {
    const archive = await archiveOf(from);
    const damaged = Buffer.from(archive);
    damaged[damaged.indexOf('x'.repeat(1000)) + 500] = 0;
    const lines = await importInto(to, damaged);
    expect(lines.find((line) => line.startsWith('passed over'))).to.match(
      /deep\/er\/b\.bin 1: it is damaged in the archive/,
    );
    expect(await to.history(nameOf('deep/er/b.bin'))).to.deep.equal([]);
    expect(await read(to, 'a.txt')).to.equal('two');
  });

  it('is not anything else that is a tar, or no tar at all', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(5000, 'text'), Buffer.alloc(1024)]) {
      const failed = await rejection(new StoreImport(to).run(inPieces(bytes), new Tally()));
      expect(failed).to.be.instanceOf(ArchiveError);
    }
  });

  it('whose source fails ends with that error', async () => {
    const archive = await archiveOf(from);
    async function* failing(): AsyncGenerator<Buffer> {
      yield archive.subarray(0, 3000);
      throw new Error('the network is down');
    }
    const failed = await rejection(new StoreImport(to).run(failing(), new Tally()));
    expect(failed.message).to.equal('the network is down');
  });

  it('nobody reads to its end lets go of what it had open', async () => {
    const chunks = new StoreExport(from).run(ALL, new Tally());
    await chunks.next();
    await chunks.return();
  });
});
