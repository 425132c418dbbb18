import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { FileStore, OpenFile, Staged, VersionRecord } from '../../../src/files/file-store.js';
import type { Head } from '../../../src/files/head.js';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { StoreExport } from '../../../src/files/transfer/store-export.js';
import { StoreImport } from '../../../src/files/transfer/store-import.js';
import { nameOf, put, read } from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { StoreFixture } from '../directory/store-fixture.js';
import { ALL, archiveOf, importInto, Tally } from './transfer-rig.js';

const NAMES = ['a', 'b', 'c/d', 'e'];

function contentOf(name: string, version: number): string {
  return `${name} ${version} `.repeat(3000);
}

/** Publishes version after version; what it published is known by whoever asks. */
class Writer {
  #head: Head;
  #stopped = false;

  constructor(
    private readonly store: FileStore,
    head: Head,
  ) {
    this.#head = head;
  }

  get version(): number {
    return this.#head.version;
  }

  async once(): Promise<void> {
    const { name, version } = this.#head;
    this.#head = await put(this.store, this.#head, contentOf(name, version + 1));
  }

  async run(): Promise<void> {
    while (!this.#stopped) await this.once();
  }

  stop(): void {
    this.#stopped = true;
  }
}

describe('An export beside writers', function () {
  this.timeout(30_000);

  it('has each file as it was at one moment, not before the export began', async () => {
    const fixture = await StoreFixture.create();
    const writers: Writer[] = [];
    const running: Promise<void>[] = [];
    try {
      const { store: written } = await fixture.replica();
      const { store: reader } = await fixture.replica();
      for (const name of NAMES) {
        const writer = new Writer(written, await written.ensureHead(nameOf(name)));
        await writer.once();
        writers.push(writer);
      }
      for (const writer of writers) running.push(writer.run());
      for (let round = 0; round < 5; round++) {
        const before = writers.map(({ version }) => version);
        const archive = await archiveOf(reader);
        const after = writers.map(({ version }) => version);
        const to = new MemoryFileStore(new FakeClock(), 1_000_000, new Keeping(1000));
        const lines = await importInto(to, archive);
        expect(lines.every((line) => line.startsWith('imported'))).to.equal(true);
        for (const [at, name] of NAMES.entries()) {
          const versions = (await to.history(nameOf(name))).map(({ version }) => version);
          expect(versions[0]).to.be.within(before[at] ?? 0, (after[at] ?? 0) + 1);
          for (const version of versions) {
            expect(await read(to, name, version)).to.equal(contentOf(name, version));
          }
        }
      }
      expect(writers.every(({ version }) => version > 5)).to.equal(true);
    } finally {
      for (const writer of writers) writer.stop();
      await Promise.allSettled(running);
      await fixture.close();
    }
  });
});

const CHUNK = Buffer.alloc(64 * 1024, 'large');
const CHUNKS = 1600;

/** One large file that is never in memory as a whole, where it is from as little as where it goes. */
class LargeFile {
  produced = 0;
  consumed = 0;
  most = 0;
  readonly record: VersionRecord;

  constructor() {
    const hash = createHash('sha256');
    for (let count = 0; count < CHUNKS; count++) hash.update(CHUNK);
    this.record = {
      version: 1,
      deleted: false,
      size: CHUNKS * CHUNK.length,
      sha256: hash.digest('hex'),
      modified: 1,
      session: 's',
      token: 0,
    };
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (let count = 0; count < CHUNKS; count++) {
      this.produced += CHUNK.length;
      this.most = Math.max(this.most, this.produced - this.consumed);
      yield CHUNK;
    }
  }
}

class LargeStore extends MemoryFileStore {
  constructor(private readonly large: LargeFile) {
    super(new FakeClock(), 1_000_000, new Keeping(3));
  }

  override async history(): Promise<readonly VersionRecord[]> {
    return [this.large.record];
  }

  override async openFile(): Promise<OpenFile> {
    const { large } = this;
    return { record: large.record, read: () => large.chunks(), async [Symbol.asyncDispose]() {} };
  }

  override async list() {
    return { names: [nameOf('large')], next: undefined };
  }

  override async stageCopy(
    from: Head,
    record: VersionRecord,
    content: AsyncIterable<Buffer>,
  ): Promise<Staged> {
    for await (const chunk of content) this.large.consumed += chunk.length;
    return await super.stageCopy(from, { ...record, sha256: EMPTY }, nothing());
  }
}

const EMPTY = createHash('sha256').digest('hex');

async function* nothing(): AsyncGenerator<Buffer> {}

describe('A large file on its way from store to store', function () {
  this.timeout(30_000);

  it('is never in memory but for a few chunks', async () => {
    const large = new LargeFile();
    const tally = new Tally();
    const archive = new StoreExport(new LargeStore(large)).run(ALL, tally);
    await new StoreImport(new LargeStore(large)).run(archive, tally);
    expect(large.consumed).to.equal(CHUNKS * CHUNK.length);
    expect(tally.lines).to.include(`imported large of ${CHUNKS * CHUNK.length}`);
    expect(large.most).to.be.below(16 * CHUNK.length);
  });
});
