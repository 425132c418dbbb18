import { rename } from 'node:fs/promises';
import { expect } from 'chai';
import { freshNonce, withToken } from '../../../src/files/directory/head-name.js';
import { HeadSwapper } from '../../../src/files/directory/head-swapper.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { buildParts } from '../../../src/files/directory/store-parts.js';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { ContentId, Head } from '../../../src/files/head.js';
import { Keeping } from '../../../src/files/keeping.js';
import { author, bytesOf, nameOf, read, write } from '../../contract/file-store.contract.js';
import { RecordingLog } from '../../support/recording-log.js';
import {
  RecordingFileObserver,
  type Replica,
  StoreFixture,
  TestFailpoints,
} from './store-fixture.js';

/** A file system that reports on a rename what the test says, after what the test does. */
class FaultySwapper extends HeadSwapper {
  fault: (renamed: () => Promise<void>) => Promise<void> = (renamed) => renamed();

  protected override async rename(from: string, to: string): Promise<void> {
    await this.fault(() => rename(from, to));
  }
}

function diskError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'rename' });
}

const A = nameOf('a');

describe('HeadSwapper, told an error', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  let fixture: StoreFixture;
  let replica: Replica;
  let swapper: FaultySwapper;
  let from: Head;
  let to: Head;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
    const options = new DirectoryStoreOptions(fixture.root, 1000, new Keeping(3), 'fsync', 'off');
    const failpoints = new TestFailpoints();
    const parts = buildParts(
      options,
      fixture.clock,
      new RecordingLog(),
      new RecordingFileObserver(),
      failpoints,
    );
    const { layout, reader, shelf, durable } = parts;
    swapper = new FaultySwapper(layout, reader, shelf, durable, failpoints);
    from = await write(replica.store, 'a', 'one');
    const { record } = await shelf.store(from, bytesOf('two'), author(0));
    const { id, version } = record;
    to = { name: A, version, token: 0, record: id, content: id, nonce: freshNonce() };
  });

  afterEach(() => fixture.close());

  async function failure(): Promise<FileStoreUnavailable> {
    try {
      await swapper.swap(from, to, 'publish');
    } catch (error) {
      if (error instanceof FileStoreUnavailable) return error;
      throw error;
    }
    throw new Error('it did not fail');
  }

  for (const code of ['ENOENT', 'EIO', 'ETIMEDOUT', 'ESTALE']) {
    it(`${code}: finds its own nonce and has succeeded`, async () => {
      swapper.fault = async (renamed) => {
        await renamed();
        throw diskError(code);
      };
      expect(await swapper.swap(from, to, 'publish')).to.equal(true);
      expect(await read(replica.store, 'a')).to.equal('two');
    });

    it(`${code}: finds its record in the chain and has succeeded`, async () => {
      swapper.fault = async (renamed) => {
        await renamed();
        await replica.store.fence(A, 7, false);
        for (const content of ['three', 'four']) await write(replica.store, 'a', content);
        throw diskError(code);
      };
      expect(await swapper.swap(from, to, 'publish')).to.equal(true);
      expect(await read(replica.store, 'a', 2)).to.equal('two');
    });

    it(`${code}: finds another record in its place and was too late`, async () => {
      swapper.fault = async () => {
        for (const content of ['other two', 'three']) await write(replica.store, 'a', content);
        throw diskError(code);
      };
      expect(await swapper.swap(from, to, 'publish')).to.equal(false);
      expect(await read(replica.store, 'a', 2)).to.equal('other two');
    });

    it(`${code}: finds a fence in its place and was too late`, async () => {
      swapper.fault = async () => {
        await replica.store.fence(A, 7, false);
        throw diskError(code);
      };
      expect(await swapper.swap(from, to, 'publish')).to.equal(false);
    });

    it(`${code}: finds the chain cut before its place and says that it cannot know`, async () => {
      swapper.fault = async (renamed) => {
        await renamed();
        await write(replica.store, 'a', 'three');
        await fixture.removeRecord(to.record ?? ('' as ContentId));
        throw diskError(code);
      };
      expect((await failure()).outcomeUnknown).to.equal(true);
    });

    it(`${code}: finds the old head still there and says that it cannot know`, async () => {
      swapper.fault = () => Promise.reject(diskError(code));
      expect((await failure()).outcomeUnknown).to.equal(true);
    });
  }

  for (const [code, sentence] of [
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /quota/],
    ['EACCES', /permissions/],
    ['EROFS', /read-only/],
  ] as const) {
    it(`${code}: nothing has changed, and it says what to do`, async () => {
      swapper.fault = () => Promise.reject(diskError(code));
      const error = await failure();
      expect(error.outcomeUnknown).to.equal(false);
      expect(error.message).to.match(sentence);
    });
  }

  it('that a fence took place and was followed lets its caller look again', async () => {
    swapper.fault = async (renamed) => {
      await renamed();
      await replica.store.fence(A, 9, false);
      throw diskError('ENOENT');
    };
    expect(await swapper.swap(from, withToken(from, 5), 'fence')).to.equal(false);
  });
});
