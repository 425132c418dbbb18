import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { nameOf, remove, write } from '../../contract/file-store.contract.js';
import { rejection } from '../../support/rejection.js';
import { FakeS3Fixture, type S3Replica } from '../s3/s3-fixture.js';
import { linesOf, look } from './check-rig.js';

const MISSING = 'its content is missing';

describe('A check of a bucket', () => {
  const a = nameOf('a');
  let fixture: FakeS3Fixture;
  let replica: S3Replica;
  /** What lies under the ids of the versions of `a`, by version. */
  let ids: string[];

  beforeEach(async () => {
    fixture = await FakeS3Fixture.create({ pageSize: 2 });
    replica = await fixture.replica();
    ids = [''];
    for (const content of ['one', 'two', 'three']) {
      ids.push(String((await write(replica.store, 'a', content)).record));
    }
    await write(replica.store, 'deep/er/b', 'of b');
    await remove(replica.store, await write(replica.store, 'gone', 'was here'));
    await replica.store.idle();
  });

  afterEach(() => fixture.close());

  /** Of a process that remembers nothing, as that of the command. */
  async function lines(options = {}): Promise<readonly string[]> {
    const { store } = await fixture.replica();
    return await linesOf(store, options);
  }

  function keyOf(folder: 'contents' | 'records', version: number): string {
    const found = fixture.keys(folder).find((key) => key.endsWith(`/${ids[version]}`));
    if (found === undefined) throw new Error(`there is no version ${version}`);
    return found;
  }

  function change(key: string, changed: (bytes: Buffer) => Buffer): void {
    const stored = fixture.service.objects.get(key);
    if (stored === undefined) throw new Error(`there is no ${key}`);
    fixture.service.objects.set(key, { ...stored, bytes: changed(Buffer.from(stored.bytes)) });
  }

  it('finds nothing wrong with a whole store, and reads all of it', async () => {
    const { findings, files, bytes } = await look(replica.store);
    expect(findings).to.deep.equal([]);
    expect(files).to.equal(3);
    expect(bytes).to.equal(3 + 3 + 5 + 4 + 8);
    expect((await look(replica.store, { fast: true })).bytes).to.equal(0);
  });

  it('finds contents that are missing, shorter or longer, without reading any', async () => {
    fixture.service.objects.delete(keyOf('contents', 3));
    change(keyOf('contents', 2), (bytes) => bytes.subarray(1));
    change(keyOf('contents', 1), (bytes) => Buffer.concat([bytes, bytes]));
    expect(await lines({ fast: true })).to.deep.equal([
      'CONTENT a 1: its content has 6 bytes, and not 3',
      'CONTENT a 2: its content has 2 bytes, and not 3',
      `CONTENT a 3: ${MISSING}`,
    ]);
  });

  it('finds a changed byte, unless it is told not to read', async () => {
    change(keyOf('contents', 3), (bytes) => bytes.fill('x', 1, 2));
    const [line, ...others] = await lines({ repair: true });
    expect(line).to.match(/^CONTENT a 3: its content has sha256 [0-9a-f]{64}, and not /);
    expect(others).to.deep.equal([]);
    expect(await lines({ fast: true })).to.deep.equal([]);
  });

  it('finds records that are missing or damaged, and reads what is newer', async () => {
    fixture.service.objects.delete(keyOf('contents', 3));
    change(keyOf('records', 1), (bytes) => bytes.fill('x', 0, 1));
    expect(await lines()).to.deep.equal([
      `CONTENT a 3: ${MISSING}`,
      `RECORD a: the object ${keyOf('records', 1)} is damaged: restore it from a backup`,
    ]);
    fixture.service.objects.delete(keyOf('records', 1));
    expect(await lines()).to.deep.equal([
      `CONTENT a 3: ${MISSING}`,
      'RECORD a 2: the record of the version before it is missing',
    ]);
  });

  it('finds heads that are damaged or gone, and goes on', async () => {
    const [first = '', second = ''] = fixture.keys('heads');
    change(first, (bytes) => bytes.fill('x', 0, 1));
    fixture.service.objects.delete(second);
    expect(await lines({ repair: true })).to.deep.equal([
      `HEAD a: the object ${first} is damaged: restore it from a backup`,
      'HEAD deep/er/b: its head is gone, and its versions lie there for nobody',
    ]);
  });

  it('does not miss a head that was forgotten', async () => {
    await replica.store.forgetUnwritten(await replica.store.ensureHead(nameOf('locked')));
    expect(await lines()).to.deep.equal([]);
  });

  it('does not miss what is pruned meanwhile', async () => {
    const { store, failpoints } = await fixture.replica();
    // Version 1 falls out of the kept ones between the look at its record and that at its content.
    failpoints.doAt('open.head-read', async () => {
      for (const content of ['four', 'five', 'six']) await write(replica.store, 'a', content);
      for (const version of [1, 2, 3]) fixture.service.objects.delete(keyOf('contents', version));
    });
    expect(await linesOf(store)).to.deep.equal([]);
    expect(failpoints.steps).to.include('open.head-read');
    expect((await store.head(a))?.version).to.equal(6);
  });

  it('takes no service that is out of reach for damage', async () => {
    const { store } = await fixture.replica({ timeoutMs: 500 });
    for (const kind of ['heads', 'contents', 'records']) {
      fixture.service.fault = ({ key, query }) =>
        `${key}${query.get('prefix') ?? ''}`.includes(`${kind}/`) ? 403 : undefined;
      const { store: other } = kind === 'records' ? fixture.unopened() : { store };
      const failed = await rejection(linesOf(other));
      expect(failed, kind).to.be.instanceOf(FileStoreUnavailable);
      expect(failed.message, kind).to.match(/denies access/);
    }
  });
});
