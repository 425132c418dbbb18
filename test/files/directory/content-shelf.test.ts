import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ContentReceiver } from '../../../src/files/directory/content-receiver.js';
import { ContentShelf } from '../../../src/files/directory/content-shelf.js';
import { Durable } from '../../../src/files/directory/durable.js';
import { HashThread } from '../../../src/files/directory/hash-thread.js';
import { firstHead } from '../../../src/files/directory/head-name.js';
import { Layout } from '../../../src/files/directory/layout.js';
import { QuickDisk } from '../../../src/files/directory/quick-disk.js';
import { SMALL_CONTENT_BYTES } from '../../../src/files/directory/small-contents.js';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { NoFailpoints } from '../../../src/files/failpoints.js';
import type { ContentId } from '../../../src/files/head.js';
import { author, bytesOf, nameOf } from '../../contract/file-store.contract.js';
import { rejection } from '../../support/rejection.js';
import { type Replica, StoreFixture } from './store-fixture.js';

/** Shows a file as it might be seen in the midst of a change. */
class ShowingDisk extends QuickDisk {
  shown: (Buffer | undefined)[] = [];

  override async read(path: string): Promise<Buffer | undefined> {
    const read = await super.read(path);
    return this.shown.length > 0 ? this.shown.shift() : read;
  }
}

describe('ContentShelf', () => {
  let fixture: StoreFixture;
  let replica: Replica;
  let disk: ShowingDisk;
  let shelf: ContentShelf;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
    disk = new ShowingDisk();
    const failpoints = new NoFailpoints();
    const durable = new Durable('os', failpoints);
    const receiver = new ContentReceiver(durable, new HashThread(), 100_000);
    shelf = new ContentShelf(
      new Layout(fixture.root),
      durable,
      disk,
      fixture.clock,
      failpoints,
      receiver,
    );
  });

  afterEach(() => fixture.close());

  async function stored(...chunks: readonly (string | Buffer)[]): Promise<ContentId> {
    const { record } = await shelf.store(firstHead(nameOf('a')), bytesOf(...chunks), author(0));
    return record.id;
  }

  async function content(id: ContentId): Promise<string | undefined> {
    return (await shelf.look(id))?.whole?.toString();
  }

  it('gives a small content back with its record, however it came', async () => {
    const id = await stored('al', 'l', '', ' of it\nin lines');
    expect(await content(id)).to.equal('all of it\nin lines');
    expect((await shelf.record(id))?.size).to.equal(18);
    expect(await shelf.storedBytes(id)).to.equal(18);
    expect(await shelf.open(id)).to.equal(undefined);
  });

  it('gives back what was written to whoever stored it, in memory of its own', async () => {
    const chunk = Buffer.from('content');
    const source = (async function* () {
      yield chunk;
    })();
    const { whole } = await shelf.store(firstHead(nameOf('a')), source, author(0));
    chunk.fill('x');
    expect(whole?.toString()).to.equal('content');
    expect(
      (
        await shelf.store(
          firstHead(nameOf('a')),
          bytesOf(Buffer.alloc(SMALL_CONTENT_BYTES + 1)),
          author(0),
        )
      ).whole,
    ).to.equal(undefined);
  });

  it('keeps a content that grew large in a file of its own', async () => {
    const parts = [Buffer.alloc(SMALL_CONTENT_BYTES, 'a'), Buffer.from('b'), Buffer.from('c')];
    const id = await stored(...parts);
    expect(await content(id)).to.equal(undefined);
    expect(await readFile(fixture.contentPath(id))).to.deep.equal(Buffer.concat(parts));
    expect(await shelf.storedBytes(id)).to.equal(SMALL_CONTENT_BYTES + 2);
  });

  it('removes a small content from behind its record, which stays', async () => {
    const id = await stored('content');
    await shelf.removeContent(id);
    expect(await content(id)).to.equal(undefined);
    expect(await shelf.storedBytes(id)).to.equal(undefined);
    expect((await shelf.record(id))?.size).to.equal(7);
    const left = await readFile(fixture.recordPath(id), 'utf8');
    expect(left).to.match(/^\{.*\}\n$/);
    await shelf.removeContent(id);
    expect(await readFile(fixture.recordPath(id), 'utf8')).to.equal(left);
  });

  it('does not take an empty content for a removed one', async () => {
    const id = await stored('');
    await shelf.removeContent(id);
    expect(await content(id)).to.equal('');
    expect(await shelf.storedBytes(id)).to.equal(0);
  });

  it('takes no content that is just being removed for a whole one, or for damage', async () => {
    const id = await stored('content');
    const whole = await readFile(fixture.recordPath(id));
    const lineBytes = whole.indexOf('\n') + 1;
    const half = whole.subarray(0, lineBytes + 3);
    const zeros = Buffer.from(whole).fill(0, lineBytes);
    for (const seen of [half, zeros]) {
      disk.shown = [seen, whole.subarray(0, lineBytes)];
      expect(await content(id)).to.equal(undefined);
      disk.shown = [seen, undefined];
      expect(await shelf.look(id)).to.equal(undefined);
    }
  });

  it('says so where a part of a content is gone for good', async () => {
    const id = await stored('content');
    const whole = await readFile(fixture.recordPath(id));
    await writeFile(fixture.recordPath(id), whole.subarray(0, -1));
    const refused = await rejection(content(id));
    expect(refused).to.be.instanceOf(FileStoreUnavailable);
    expect(refused.message).to.match(/shorter than recorded/);
    expect(await shelf.storedBytes(id)).to.equal(6);
    expect(replica.log.lines).to.deep.equal([]);
  });
});
