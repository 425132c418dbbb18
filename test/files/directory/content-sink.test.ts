import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ContentSink, LARGE_CHUNK_BYTES } from '../../../src/files/directory/content-sink.js';
import { HashThread } from '../../../src/files/directory/hash-thread.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A chunk that owns its memory, as a large one that was received does. */
function large(bytes = LARGE_CHUNK_BYTES): Buffer {
  const chunk = Buffer.allocUnsafeSlow(bytes);
  randomBytes(bytes).copy(chunk);
  return chunk;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('ContentSink', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let thread: HashThread;
  let path: string;
  let handle: FileHandle;

  beforeEach(async () => {
    folder = await temporaryFolder();
    thread = new HashThread();
    path = join(folder.path, 'content');
    handle = await open(path, 'w');
  });

  afterEach(async () => {
    await thread.close();
    await handle.close();
    await folder[Symbol.asyncDispose]();
  });

  const contents: readonly (readonly [string, () => Buffer[]])[] = [
    ['nothing', () => []],
    ['an empty chunk', () => [Buffer.alloc(0)]],
    ['one small chunk', () => [Buffer.from('small')]],
    ['small chunks', () => [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]],
    ['one large chunk', () => [large()]],
    [
      'a small chunk and large ones',
      () => [Buffer.from('head'), large(), large(), large(), large(), large()],
    ],
    ['large chunks and a small one', () => [large(), large(), Buffer.from('tail')]],
    ['small chunks before a large one', () => [Buffer.from('one'), Buffer.from('two'), large()]],
    [
      'parts of something larger',
      () => {
        const whole = large(4 * LARGE_CHUNK_BYTES);
        return [whole.subarray(0, LARGE_CHUNK_BYTES), whole.subarray(LARGE_CHUNK_BYTES)];
      },
    ],
  ];
  for (const [what, make] of contents) {
    it(`writes and hashes ${what}`, async () => {
      const chunks = make();
      const whole = Buffer.concat(chunks);
      const sink = new ContentSink(handle, thread, () => handle.datasync());
      for (const chunk of chunks) await sink.write(chunk);
      expect(await sink.finish()).to.deep.equal({ size: whole.length, sha256: sha256(whole) });
      expect((await readFile(path)).equals(whole)).to.equal(true);
    });
  }

  it('leaves alone what a chunk is only a part of', async () => {
    const whole = large(2 * LARGE_CHUNK_BYTES);
    const copy = Buffer.from(whole);
    const sink = new ContentSink(handle, thread, () => handle.datasync());
    await sink.write(whole.subarray(LARGE_CHUNK_BYTES));
    await sink.finish();
    expect(whole.equals(copy)).to.equal(true);
  });

  it('does not mix contents up that come at the same time', async () => {
    const other = await open(join(folder.path, 'other'), 'w');
    const sinks = [
      new ContentSink(handle, thread, () => handle.datasync()),
      new ContentSink(other, thread, () => handle.datasync()),
    ];
    const contents = sinks.map(() => Array.from({ length: 8 }, () => large()));
    const wanted = contents.map((chunks) => sha256(Buffer.concat(chunks)));
    const sums = sinks.map(async (sink, at) => {
      for (const chunk of contents[at] ?? []) await sink.write(chunk);
      return (await sink.finish()).sha256;
    });
    expect(await Promise.all(sums)).to.deep.equal(wanted);
    await other.close();
  });

  it('says when the disk does not take it, at the end at the latest', async () => {
    const reading = await open(path, 'r');
    const sink = new ContentSink(reading, thread, () => handle.datasync());
    const writing = async (): Promise<void> => {
      await sink.write(large());
      await sink.finish();
    };
    expect(await rejection(writing())).to.have.property('code', 'EBADF');
    await sink.abandon();
    await reading.close();
  });

  it('uses the file no more once it is abandoned', async () => {
    const sink = new ContentSink(handle, thread, () => handle.datasync());
    const chunks = [large(), large()];
    const size = Buffer.concat(chunks).length;
    for (const chunk of chunks) await sink.write(chunk);
    await sink.abandon();
    expect((await handle.stat()).size).to.equal(size);
  });

  it('fails where the thread ends, and has another for the next content', async () => {
    const sink = new ContentSink(handle, thread, () => handle.datasync());
    await sink.write(large());
    await thread.close();
    expect((await rejection(sink.finish())).message).to.equal('the hashing thread ended');
    await sink.abandon();
    const next = new ContentSink(handle, thread, () => handle.datasync());
    const chunk = large();
    const wanted = sha256(chunk);
    await next.write(chunk);
    expect((await next.finish()).sha256).to.equal(wanted);
  });

  it('has no hash of a part of a content where the thread ended between two chunks', async () => {
    const hash = thread.begin();
    await hash.update(new Uint8Array(large()));
    await thread.close();
    const next = thread.begin();
    for (const ask of [() => hash.update(new Uint8Array(large())), () => hash.digest()]) {
      expect((await rejection(ask())).message).to.equal('the hashing thread ended');
    }
    hash.forget();
    const chunk = large();
    const wanted = sha256(chunk);
    await next.update(new Uint8Array(chunk));
    expect(await next.digest()).to.equal(wanted);
  });

  it('waits for a sync that one of the last chunks began, and tells of its error', async () => {
    const begun: PromiseWithResolvers<void>[] = [];
    const sink = new ContentSink(handle, thread, () => {
      const sync = Promise.withResolvers<void>();
      begun.push(sync);
      return sync.promise;
    });
    for (let at = 0; at < 64; at++) await sink.write(large(1024 * 1024));
    const finished = rejection(sink.finish());
    while (begun.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    begun[0]?.reject(new Error('the disk is broken'));
    expect((await finished).message).to.equal('the disk is broken');
    expect(begun).to.have.length(1);
    await sink.abandon();
  });
});
