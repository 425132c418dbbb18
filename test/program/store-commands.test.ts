import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FakeS3 } from '../files/s3/fake-s3.js';
import { candado } from '../support/candado-process.js';
import { redisClient } from '../support/redis-client.js';
import { startServer } from '../support/server-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('Commands on a whole store', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let root: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    root = join(folder.path, 'store');
    await mkdir(join(root, 'deep'), { recursive: true });
    await writeFile(join(root, 'a.txt'), 'by hand');
    await writeFile(join(root, 'deep/b.txt'), 'deeper');
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  const run = (...args: string[]) => candado([...args, '--files-root', root]);

  it('adopt takes plain files in, and names those that are changed by hand later', async () => {
    const first = await run('adopt');
    expect(first.out).to.include('ADOPTED  a.txt\nADOPTED  deep/b.txt\n');
    expect(first.code).to.equal(0);
    await writeFile(join(root, 'a.txt'), 'changed by hand');
    const second = await run('adopt');
    expect(second.out).to.match(/^REPLACED a\.txt: .*\n +publish it with `candado put`/);
    expect(second.code).to.equal(8);
    expect(await readFile(join(root, 'a.txt'), 'utf8')).to.equal('changed by hand');
  });

  it('fsck finds a changed byte and a missing plain file, and repairs what it can', async () => {
    await run('adopt');
    expect((await run('fsck')).out).to.match(/2 files, 13 B read; all is whole\n$/);
    await rm(join(root, 'deep/b.txt'));
    const entries = await readdir(join(root, '.candado/contents'), { recursive: true });
    for (const entry of entries.filter((name) => /\/c.*\.json$/.test(name))) {
      const path = join(root, '.candado/contents', entry);
      const text = await readFile(path, 'utf8');
      if (text.endsWith('\nby hand')) await writeFile(path, text.replace(/hand$/, 'hanD'));
    }
    const { code, out } = await run('fsck', '--repair', '--json');
    expect(code).to.equal(8);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).to.containSubset([
      { code: 'CONTENT', name: 'a.txt', version: 1, repaired: false },
      { code: 'VIEW', name: 'deep/b.txt', repaired: true },
      { files: 2, bytes: 13, found: 2, repaired: 1 },
    ]);
    expect(await readFile(join(root, 'deep/b.txt'), 'utf8')).to.equal('deeper');
    const fast = await run('fsck', '--fast');
    expect(fast).to.deep.include({ code: 0 });
  });

  it('fsck does not make a store where there is none', async () => {
    const { code, err } = await run('fsck');
    expect(err).to.include(`there is no store in ${root}`);
    expect(code).to.equal(2);
    expect(await readdir(root)).to.have.members(['a.txt', 'deep']);
  });

  it('export and import move a directory to S3, beside a replica that serves it', async () => {
    const server = await startServer({ FILES_ROOT: root });
    const client = redisClient('127.0.0.1', server.port);
    const service = await FakeS3.start();
    const archive = join(folder.path, 'a.tar');
    const bucket = {
      AWS_ACCESS_KEY_ID: 'candado',
      AWS_SECRET_ACCESS_KEY: 'candado-secret',
      FILES_URL: `s3://${service.bucket}/moved?endpoint=${service.endpoint}`,
    };
    try {
      expect(await client.call('PUT', 'a.txt', 'second', 'VERSION', '1')).to.equal(2);
      const exported = await run('export', '-o', archive);
      expect(exported.err).to.match(/2 files, 19 B written\n$/);
      const imported = await candado(['import', archive], { env: bucket });
      expect(imported.err).to.match(/2 files, 19 B imported, 0 versions were there already/);
      expect(imported.code).to.equal(0);
      const again = await candado(['import', archive], { env: bucket });
      expect(again.err).to.match(/0 files, 0 B imported, 3 versions were there already/);
      const checked = await candado(['fsck'], { env: bucket });
      expect(checked.out).to.match(/2 files, 19 B read; all is whole/);
    } finally {
      client.disconnect();
      await server.stop();
      await service.stop();
    }
  });

  it('import refuses an archive that is cut off, and what is none', async () => {
    const archive = join(folder.path, 'a.tar');
    await run('export', '-o', archive, '--current');
    await run('adopt');
    await run('export', '-o', archive);
    const bytes = await readFile(archive);
    await writeFile(archive, bytes.subarray(0, bytes.length / 2));
    const cut = await candado(['import', archive, '--files-root', join(folder.path, 'other')]);
    expect(cut.err).to.include('damaged or cut off');
    expect(cut.code).to.equal(1);
    await writeFile(archive, 'no archive at all');
    const none = await candado(['import', archive, '--files-root', join(folder.path, 'other')]);
    expect(none.err).to.include('damaged or cut off');
  });

  it('tell of a store that cannot be opened, and of wrong settings', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const inFile = await candado(['adopt', '--files-root', join(file, 'x')]);
    expect(inFile.code).to.equal(6);
    expect(inFile.err).to.include('FILES_ROOT');
    const wrong = await candado(['fsck', '--files-url', 'http://bucket']);
    expect(wrong.code).to.equal(2);
    expect(wrong.err).to.include('s3://');
  });
});
