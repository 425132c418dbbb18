import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { Upload } from '../../../src/files/s3/upload.js';
import { UploadMemory } from '../../../src/files/s3/upload-memory.js';
import { author, bytesOf, nameOf, put } from '../../contract/file-store.contract.js';
import type { FakeRequest } from './fake-s3.js';
import { FakeS3Fixture, type S3Replica } from './s3-fixture.js';

const A = nameOf('a');
const PART_BYTES = 10_000;

function isPart({ method, query }: FakeRequest): boolean {
  return method === 'PUT' && query.has('partNumber');
}

function isCompletion({ method, query }: FakeRequest): boolean {
  return method === 'POST' && query.has('uploadId');
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('Contents on S3', () => {
  let fixture: FakeS3Fixture;
  let replica: S3Replica;

  const content = async (): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    await using file = await replica.store.openFile(A);
    for await (const chunk of file?.read(0, Number.MAX_SAFE_INTEGER) ?? []) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  const parts = (): number => fixture.service.requests.filter(isPart).length;

  beforeEach(async () => {
    fixture = await FakeS3Fixture.create();
    replica = await fixture.replica({ partBytes: PART_BYTES });
  });

  afterEach(() => fixture.close());

  it('larger than a part go up in parts, and come down whole', async () => {
    for (const size of [PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES, 99_999]) {
      const before = parts();
      const bytes = randomBytes(size);
      await put(replica.store, await replica.store.ensureHead(A), bytes);
      expect((await content()).equals(bytes), `${size} bytes`).to.equal(true);
      const sent = size < PART_BYTES ? 0 : Math.ceil(size / PART_BYTES);
      expect(parts() - before, `${size} bytes`).to.equal(sent);
    }
  });

  it('are not read further than two parts are on their way', async () => {
    const stuck = Promise.withResolvers<void>();
    let atOnce = 0;
    fixture.service.fault = (request) => {
      if (!isPart(request)) return undefined;
      atOnce++;
      return { lostAfter: stuck.promise };
    };
    let given = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (; given < 90_000; given += 1000) yield Buffer.alloc(1000);
    }
    const staged = replica.store.stage(await replica.store.ensureHead(A), source(), author(0));
    while (atOnce < 2) await fixture.service.next();
    for (let turn = 0; turn < 50; turn++) await fixture.service.next();
    expect(atOnce).to.equal(2);
    expect(given).to.be.at.most(3 * PART_BYTES);
    fixture.service.fault = () => undefined;
    stuck.resolve();
    expect((await staged).record.size).to.equal(90_000);
  });

  it('survive the loss of a part, and of the answer that completes them', async () => {
    const bytes = randomBytes(35_000);
    fixture.service.failNext(isPart, 500);
    const head = await put(replica.store, await replica.store.ensureHead(A), bytes);
    fixture.service.failNext(isCompletion, 'unanswered');
    await put(replica.store, head, bytes);
    expect((await content()).equals(bytes)).to.equal(true);
  });

  it('leave nothing behind when their source fails in the middle', async () => {
    const head = await replica.store.ensureHead(A);
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(25_000);
      throw new Error('cut');
    }
    expect(String(await errorOf(replica.store.stage(head, failing(), author(0))))).to.include(
      'cut',
    );
    expect(fixture.service.uploads.size).to.equal(0);
    for (const folder of ['contents', 'records', 'journal']) {
      expect(fixture.keys(folder), folder).to.deep.equal([]);
    }
  });

  it('leave nothing behind when a part cannot be stored, and the source is read no further', async () => {
    const head = await replica.store.ensureHead(A);
    fixture.service.fault = (request) => (isPart(request) ? 403 : undefined);
    let given = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (; given < 100; given++) yield Buffer.alloc(1000);
    }
    const error = await errorOf(replica.store.stage(head, source(), author(0)));
    expect(error).to.be.instanceOf(FileStoreUnavailable);
    expect(given).to.be.below(100);
    expect(fixture.service.uploads.size).to.equal(0);
    expect(fixture.keys('journal')).to.deep.equal([]);
  });

  it('go on where they were when the connection ends while they are read', async () => {
    const bytes = randomBytes(50_000);
    await put(replica.store, await replica.store.ensureHead(A), bytes);
    let cuts = 0;
    fixture.service.fault = ({ method, key }) => {
      if (method !== 'GET' || !key.includes('/contents/') || cuts === 3) return undefined;
      cuts++;
      return { cutAt: 7_000 };
    };
    expect((await content()).equals(bytes)).to.equal(true);
    expect(cuts).to.equal(3);
  });

  it('that are missing end a read with an error, never short', async () => {
    await put(replica.store, await replica.store.ensureHead(A), 'some text');
    for (const key of fixture.keys('contents')) fixture.service.objects.delete(key);
    expect(await errorOf(content())).to.be.instanceOf(FileStoreUnavailable);
  });

  it('are taken only as long as there is memory for them, of all uploads together', () => {
    const memory = new UploadMemory(100);
    memory.take(60);
    expect(() => memory.take(41)).to.throw(FileStoreUnavailable, 'too many uploads');
    memory.give(60);
    memory.take(100);
  });

  it('give back the memory that they took', async () => {
    for (const size of [10, PART_BYTES, 35_000]) {
      const memory = new UploadMemory(size);
      const upload = new Upload(replica.bucket, memory, `x/${size}`, PART_BYTES);
      for await (const chunk of bytesOf(Buffer.alloc(size))) await upload.write(chunk);
      await upload.finish();
      expect(() => memory.take(size)).not.to.throw();
    }
  });
});
