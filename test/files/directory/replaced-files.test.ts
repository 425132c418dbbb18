import { appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { ReplacedFile } from '../../../src/files/directory/replaced-files.js';
import { FileStoreUnavailable, FileTooBig } from '../../../src/files/errors.js';
import {
  CONTRACT_MAX_FILE_BYTES,
  nameOf,
  put,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { rejection } from '../../support/rejection.js';
import { type Replica, StoreFixture } from './store-fixture.js';

const AUTHOR = { session: 'adopting', token: 0 };

describe('Plain files replaced by hand', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  const a = nameOf('dir/a');
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica({ plainView: 'on' });
    for (const name of ['dir/a', 'b', 'c']) {
      for (const content of ['one', 'two'])
        await write(replica.store, name, `${content} of ${name}`);
    }
    await replica.store.idle();
  });

  afterEach(() => fixture.close());

  async function replaced(): Promise<readonly ReplacedFile[]> {
    return await Array.fromAsync(replica.store.replacedByHand());
  }

  async function putByHand(name: string, content: string | Buffer): Promise<void> {
    await writeFile(fixture.path('by-hand'), content);
    await rename(fixture.path('by-hand'), fixture.path(name));
  }

  it('are found, whether put there or edited in place; versions of the store are not', async () => {
    expect(await replaced()).to.deep.equal([]);
    await putByHand('dir/a', 'mine');
    await appendFile(fixture.path('b'), ', edited');
    // A kept version is a view that lags, and no name of the store is nobody's business.
    await putByHand('c', 'one of c');
    await writeFile(fixture.path('new'), 'never adopted');
    const found = await replaced();
    expect(found.map(({ name, version, size }) => [name, version, size])).to.deep.equal([
      ['b', 2, 'two of b, edited'.length],
      ['dir/a', 2, 4],
    ]);
    expect(found[0]?.modified).to.be.closeTo(Date.now() * 1000, 60_000_000);
  });

  it('are found in place of a deleted file, too', async () => {
    const head = await replica.store.ensureHead(a);
    await remove(replica.store, head);
    await replica.store.idle();
    await putByHand('dir/a', 'mine');
    expect((await replaced()).map(({ name, version }) => [name, version])).to.deep.equal([[a, 3]]);
  });

  it('become the next version by an ordinary publish, and then are the view', async () => {
    await putByHand('dir/a', 'mine');
    const staged = await replica.store.stageReplaced(await replica.store.ensureHead(a), AUTHOR);
    if (staged === undefined) throw new Error('nothing was staged');
    expect(staged.record).to.include({ version: 3, session: 'adopting', size: 4 });
    expect(await read(replica.store, 'dir/a')).to.equal('two of dir/a');
    expect((await replica.store.publish(staged)).outcome).to.equal('published');
    await replica.store.idle();
    expect(await read(replica.store, 'dir/a')).to.equal('mine');
    expect(await readFile(fixture.path('dir/a'), 'utf8')).to.equal('mine');
    expect(await replaced()).to.deep.equal([]);
    expect(await readdir(fixture.own('found'), { recursive: true })).not.to.include('a');
  });

  it('are refused where somebody published meanwhile, and are kept', async () => {
    await putByHand('dir/a', 'mine');
    const head = await replica.store.ensureHead(a);
    const staged = await replica.store.stageReplaced(head, AUTHOR);
    if (staged === undefined) throw new Error('nothing was staged');
    await put(replica.store, head, 'theirs');
    expect((await replica.store.publish(staged)).outcome).to.equal('moved');
    await replica.store.idle();
    const [kept = ''] = await readdir(fixture.own('found', 'dir'));
    expect(await readFile(fixture.own('found', 'dir', kept), 'utf8')).to.equal('mine');
  });

  it('stage nothing where the view is as it should be', async () => {
    const head = await replica.store.ensureHead(a);
    expect(await replica.store.stageReplaced(head, AUTHOR)).to.equal(undefined);
  });

  it('are not taken while they are written, nor where they are too big', async () => {
    await putByHand('dir/a', 'mine');
    const head = await replica.store.ensureHead(a);
    const versions = await fixture.shelved();
    replica.failpoints.doAt('stage.content-placed', () => appendFile(fixture.path('dir/a'), '!'));
    const written = await rejection(replica.store.stageReplaced(head, AUTHOR));
    expect(written).to.be.instanceOf(FileStoreUnavailable);
    expect(written.message).to.match(/try again in a moment$/);
    await putByHand('dir/a', Buffer.alloc(CONTRACT_MAX_FILE_BYTES + 1));
    expect(await rejection(replica.store.stageReplaced(head, AUTHOR))).to.be.instanceOf(FileTooBig);
    expect(await fixture.shelved()).to.have.members(versions);
  });
});
