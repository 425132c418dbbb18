import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { SystemClock } from '../../../src/clock/system-clock.js';
import { type FileName, parseFileName } from '../../../src/files/file-name.js';
import type { FileStore } from '../../../src/files/file-store.js';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { ArchiveError } from '../../../src/files/transfer/store-import.js';
import {
  CONTRACT_MAX_FILE_BYTES,
  nameOf,
  put,
  remove,
} from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { StoreFixture } from '../directory/store-fixture.js';
import { FakeS3Fixture } from '../s3/s3-fixture.js';
import { archiveOf, importInto } from './transfer-rig.js';

const run = promisify(execFile);

/** Null is a deletion. */
type Contents = readonly (Buffer | null)[];
type Files = ReadonlyMap<FileName, Contents>;

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('a', 'history', '1', 'ä', '名前', 'x'.repeat(120), 'é'.repeat(60), '-r', '*'),
  fc.constantFrom('y'.repeat(255), `${'名'.repeat(84)}abc`),
);

const name = fc
  .oneof(
    fc.array(segment, { minLength: 1, maxLength: 4 }),
    fc.array(fc.constantFrom('d', 'é'), { minLength: 20, maxLength: 32 }),
  )
  .map((segments) => parseFileName(segments.join('/')))
  .filter((parsed) => parsed.ok)
  .map((parsed) => parsed.name);

const content = fc.oneof(
  fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(0, 511, 512, 513, 70_000).map((size) => Buffer.alloc(size, 'candado ')),
);

/** Up to three versions a file, which is what each of these stores keeps. */
const contents = fc.array(fc.option(content), { minLength: 1, maxLength: 3 });

const files: fc.Arbitrary<Files> = fc
  .uniqueArray(fc.tuple(name, contents), {
    minLength: 1,
    maxLength: 6,
    // Also on a file system that folds them, and without one below another.
    selector: ([one]) => one.split('/')[0]?.normalize('NFC').toLowerCase(),
  })
  .map((entries) => new Map(entries));

async function fill(store: FileStore, from: Files): Promise<void> {
  for (const [one, versions] of from) {
    let head = await store.ensureHead(one);
    for (const bytes of versions) {
      head = bytes === null ? await remove(store, head) : await put(store, head, bytes);
    }
  }
}

/** All that a store tells of these files. */
async function told(store: FileStore, from: Files): Promise<unknown> {
  const all: unknown[] = [(await store.list({ count: 1000 })).names];
  for (const one of from.keys()) {
    for (const record of await store.history(one)) {
      await using file = await store.openFile(one, record.version);
      const chunks = file === undefined ? [] : await Array.fromAsync(file.read(0, record.size));
      all.push([one, record, Buffer.concat(chunks).toString('latin1')]);
    }
    all.push((await store.head(one))?.token);
  }
  return all;
}

/** Every version in `to` is one of `from`. */
async function expectNothingElse(from: FileStore, to: FileStore, all: Files): Promise<void> {
  const { names } = await to.list({ count: 1000, deleted: true });
  expect([...all.keys()]).to.include.members([...names]);
  for (const one of all.keys()) {
    const known = await from.history(one);
    for (const record of await to.history(one)) expect(known).to.deep.include(record);
  }
}

function inMemory(): MemoryFileStore {
  return new MemoryFileStore(new SystemClock(), CONTRACT_MAX_FILE_BYTES, new Keeping(3));
}

describe('Any store goes through an archive', function () {
  this.timeout(60_000);

  it('from memory to memory', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const [from, to] = [inMemory(), inMemory()];
        await fill(from, all);
        await importInto(to, await archiveOf(from));
        expect(await told(to, all)).to.deep.equal(await told(from, all));
      }),
      { numRuns: 60 },
    );
  });

  it('from a directory to a directory', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const [here, there] = [await StoreFixture.create(), await StoreFixture.create()];
        try {
          const { store: from } = await here.replica();
          const { store: to } = await there.replica();
          await fill(from, all);
          await importInto(to, await archiveOf(from));
          expect(await told(to, all)).to.deep.equal(await told(from, all));
        } finally {
          await here.close();
          await there.close();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('from a directory to S3, and back', async () => {
    const service = await FakeS3Fixture.create();
    let runs = 0;
    try {
      await fc.assert(
        fc.asyncProperty(files, async (all) => {
          const [here, back] = [await StoreFixture.create(), await StoreFixture.create()];
          try {
            const { store: from } = await here.replica();
            const { store: bucket } = await service.replica({ prefix: `${runs++}/` });
            const { store: to } = await back.replica();
            await fill(from, all);
            await importInto(bucket, await archiveOf(from));
            const expected = await told(from, all);
            expect(await told(bucket, all)).to.deep.equal(expected);
            await importInto(to, await archiveOf(bucket));
            expect(await told(to, all)).to.deep.equal(expected);
          } finally {
            await here.close();
            await back.close();
          }
        }),
        { numRuns: 3 },
      );
    } finally {
      await service.close();
    }
  });

  it('which, damaged or cut off at any byte, never brings in anything else', async () => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      cut: fc.boolean(),
      flip: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(files, damage, async (all, { at, cut, flip }) => {
        const [from, to] = [inMemory(), inMemory()];
        await fill(from, all);
        const archive = await archiveOf(from);
        const offset = Math.floor(at * archive.length);
        const damaged = Buffer.from(cut ? archive.subarray(0, offset) : archive);
        if (!cut) damaged[offset] = (damaged[offset] ?? 0) ^ flip;
        const failed = await importInto(to, damaged).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failed !== undefined) expect(failed).to.be.instanceOf(ArchiveError);
        await expectNothingElse(from, to, all);
        if (cut && failed !== undefined) await importInto(to, archive);
        if (cut) expect(await told(to, all)).to.deep.equal(await told(from, all));
      }),
      { numRuns: 200 },
    );
  });
});

describe('GNU tar', function () {
  this.timeout(30_000);

  it('lists an archive and takes the files out of it without a word', async () => {
    // Long ago, so that a time that was not kept shows.
    const from = new MemoryFileStore(new FakeClock(), CONTRACT_MAX_FILE_BYTES, new Keeping(3));
    const odd = `${'long folder/'.repeat(15)}${'名'.repeat(60)}.txt`;
    const newest = new Map([
      ['a.txt', 'second'],
      ['-rf *', 'dashes'],
      [odd, 'deep down'],
      ['empty', ''],
    ]);
    const all = [...newest].map(([one, text]) => [one, [Buffer.from('first'), Buffer.from(text)]]);
    await fill(
      from,
      new Map([...all, ['gone', [Buffer.from('gone'), null]]] as [FileName, Contents][]),
    );
    await using folder = await temporaryFolder();
    const archive = join(folder.path, 'a.tar');
    await writeFile(archive, await archiveOf(from));
    const listed = await run('tar', ['--quoting-style=literal', '-tf', archive]);
    const paths = [...newest.keys()].flatMap((one) => [`history/${one}/1`, `files/${one}`]);
    const expected = [...paths, 'history/gone/1', 'history/gone/2', 'candado-export.json'];
    expect(listed.stdout.trimEnd().split('\n')).to.have.members(expected);
    const { stdout, stderr } = await run('tar', ['-xf', archive, '-C', folder.path]);
    expect(stdout + stderr).to.equal('');
    for (const [one, text] of newest) {
      expect(await readFile(join(folder.path, 'files', one), 'utf8'), one).to.equal(text);
      expect(await readFile(join(folder.path, 'history', one, '1'), 'utf8')).to.equal('first');
      const { mtimeMs } = await stat(join(folder.path, 'files', one));
      const record = await from.stat(nameOf(one));
      expect(Math.abs(mtimeMs - (record?.modified ?? 0) / 1000), one).to.be.below(1000);
    }
    expect((await run('ls', [join(folder.path, 'files')])).stdout).not.to.include('gone');
  });
});
