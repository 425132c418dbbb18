import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CliParts } from '../../../src/cli/index.js';
import type { ExportProgress, ImportProgress, StoreTools } from '../../../src/cli/store-tools.js';
import { CapturedIo, NO_SERVER, run } from '../../support/captured-io.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A store of which an export or an import goes as the test says. */
class FakeStore implements StoreTools {
  readonly place = '/srv/files';
  readonly taken: Buffer[] = [];
  asked: unknown;
  closed = 0;

  constructor(private readonly goes: (progress: ExportProgress & ImportProgress) => void) {}

  async *check() {}

  async *adopt() {}

  async *export(options: unknown, progress: ExportProgress): AsyncGenerator<Uint8Array> {
    this.asked = options;
    yield Buffer.from('an arch');
    this.goes({ ...NOTHING, ...progress });
    yield Buffer.from('ive');
  }

  async import(archive: AsyncIterable<Uint8Array>, progress: ImportProgress): Promise<void> {
    for await (const chunk of archive) this.taken.push(Buffer.from(chunk));
    this.goes({ ...NOTHING, ...progress });
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

const NOTHING = {
  file: () => undefined,
  version: () => undefined,
  leftOut: () => undefined,
  damaged: () => undefined,
  skipped: () => undefined,
  imported: () => undefined,
  known: () => undefined,
  passedOver: () => undefined,
  refused: () => undefined,
};

function parts(store: FakeStore): CliParts {
  return { ...NO_SERVER, store: async () => store };
}

describe('candado export', () => {
  const twoFiles = new FakeStore((progress) => {
    progress.version(1000);
    progress.file();
    progress.file();
    progress.leftOut('a.txt', 2);
  });

  it('writes the archive to standard output, and all else to standard error', async () => {
    const { code, out, err } = await run(['export'], new CapturedIo(), parts(twoFiles));
    expect([code, out]).to.deep.equal([0, 'an archive']);
    expect(err).to.equal(
      'PRUNED   a.txt, version 2: left out, as it is gone by now\n' +
        '/srv/files: 2 files, 1000 B written\n',
    );
    expect(twoFiles.closed).to.equal(1);
  });

  it('tells the same as JSON', async () => {
    const { err } = await run(['export', '--json'], new CapturedIo(), parts(twoFiles));
    const [note, summary] = err
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(note).to.include({ code: 'PRUNED', name: 'a.txt', version: 2 });
    expect(summary).to.deep.equal({ files: 2, bytes: 1000, damaged: 0, leftOut: 1 });
  });

  it('hands the pattern and the wish for the newest versions on', async () => {
    await run(['export', 'a/**', '--current'], new CapturedIo(), parts(twoFiles));
    expect(twoFiles.asked).to.deep.equal({ currentOnly: true, pattern: 'a/**' });
  });

  it('exits with 8 where a file was left out', async () => {
    const store = new FakeStore((progress) => progress.skipped('a.txt', 'its record is damaged'));
    const { code, err } = await run(['export'], new CapturedIo(), parts(store));
    expect(code).to.equal(8);
    expect(err).to.include('DAMAGED  a.txt: its record is damaged\n');
  });

  it('exits with 8 where a content is damaged', async () => {
    const store = new FakeStore((progress) => progress.damaged('a.txt', 3, 'it is missing'));
    const { code, err } = await run(['export'], new CapturedIo(), parts(store));
    expect(code).to.equal(8);
    expect(err).to.include('DAMAGED  a.txt, version 3: it is missing\n');
  });

  it('does not write to a terminal', async () => {
    const { code, out, err } = await run(
      ['export'],
      new CapturedIo({ tty: true }),
      parts(twoFiles),
    );
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.include('not for a terminal');
  });

  it('replaces a file only by a whole archive', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'backup.tar');
    await writeFile(path, 'of yesterday');
    const failing = new FakeStore(() => {
      throw new Error('the disk is gone');
    });
    const failed = await run(['export', '-o', path], new CapturedIo(), parts(failing));
    expect(failed.code).to.equal(1);
    expect(failed.err).to.include('the disk is gone');
    expect(await readFile(path, 'utf8')).to.equal('of yesterday');
    expect(failing.closed).to.equal(1);
    const { code } = await run(['export', '-o', path], new CapturedIo(), parts(twoFiles));
    expect(code).to.equal(0);
    expect(await readFile(path, 'utf8')).to.equal('an archive');
    expect(await readdir(folder.path)).to.deep.equal(['backup.tar']);
  });
});

describe('candado import', () => {
  it('reads standard input and counts what came of it', async () => {
    const store = new FakeStore((progress) => {
      progress.imported('a.txt', 10);
      progress.imported('a.txt', 20);
      progress.imported('b.txt', 30);
      progress.known('c.txt');
    });
    const io = new CapturedIo();
    io.stdin.end('an archive');
    const { code, out, err } = await run(['import'], io, parts(store));
    expect([code, out]).to.deep.equal([0, '']);
    expect(Buffer.concat(store.taken).toString()).to.equal('an archive');
    expect(err).to.equal(
      '/srv/files: 2 files, 60 B imported, 1 versions were there already, ' +
        '0 passed over, 0 files refused\n',
    );
  });

  const partly = new FakeStore((progress) => {
    progress.passedOver('a.txt', 2, 'it is damaged');
    progress.refused('b.txt', 'somebody has locked it');
  });

  it('names what it does not take, and exits with 8', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'backup.tar');
    await writeFile(path, 'an archive');
    const { code, err } = await run(['import', path], new CapturedIo(), parts(partly));
    expect(code).to.equal(8);
    expect(err).to.include('PASSED   a.txt, version 2: it is damaged\n');
    expect(err).to.include('REFUSED  b.txt: somebody has locked it\n');
  });

  it('prints the same as JSON', async () => {
    const io = new CapturedIo();
    io.stdin.end();
    const { out, err } = await run(['import', '--json'], io, parts(partly));
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.deep.equal([
      { code: 'PASSED', name: 'a.txt', version: 2, why: 'it is damaged' },
      { code: 'REFUSED', name: 'b.txt', why: 'somebody has locked it' },
      { files: 0, bytes: 0, known: 0, passedOver: 1, refused: 1 },
    ]);
    expect(err).to.equal('');
  });

  it('of a file that is not there says so', async () => {
    const store = new FakeStore(() => undefined);
    const { code, err } = await run(['import', '/nowhere.tar'], new CapturedIo(), parts(store));
    expect(code).to.equal(1);
    expect(err).to.include('/nowhere.tar: there is no such file');
  });
});
