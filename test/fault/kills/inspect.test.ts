import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import type { StoreParts } from '../../../src/files/directory/store-parts.js';
import { bytesOf, nameOf } from '../../contract/file-store.contract.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { type Acknowledged, leftOvers, lostByHand, lostVersions } from './inspect.js';
import { killedParts, killedStore } from './killed-store.js';
import { brokenSeal, seal } from './sealed.js';

describe('What is looked for after a kill', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: DirectoryFileStore;
  let parts: StoreParts;
  let published: Acknowledged;

  async function found(lines: AsyncGenerator<string, void, undefined>): Promise<string> {
    return (await Array.fromAsync(lines)).join('\n');
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = killedStore(folder.path, 0);
    parts = killedParts(folder.path, 0);
    await store.open();
    const { bytes, sha256 } = seal('a', 100);
    const from = await store.ensureHead(nameOf('a'));
    await store.publish(await store.stage(from, bytesOf(bytes), { session: '', token: 0 }));
    await store.idle();
    published = { kind: 'acknowledged', name: 'a', version: 1, deleted: false, sha256 };
  });

  afterEach(async () => {
    await store.close();
    await folder[Symbol.asyncDispose]();
  });

  const recordPath = async (): Promise<string> =>
    parts.layout.record((await store.head(nameOf('a')))?.content ?? ('' as never));

  /** Puts other bytes behind the record, in place of the content. */
  const replaceContent = async (bytes: Buffer): Promise<void> => {
    const path = await recordPath();
    const old = await readFile(path);
    await writeFile(path, Buffer.concat([old.subarray(0, old.indexOf('\n') + 1), bytes]));
    // What it has in memory is whole.
    await store.close();
    store = killedStore(folder.path, 0);
    await store.open();
  };

  it('is not found where all is well', async () => {
    expect(await found(lostVersions(store, [published]))).to.equal('');
    expect(await found(leftOvers(parts))).to.equal('');
  });

  it('is a version that was acknowledged and is not there, or is another', async () => {
    expect(await found(lostVersions(store, [{ ...published, version: 2 }]))).to.match(/is lost/);
    const other = { ...published, sha256: seal('a', 9).sha256 };
    expect(await found(lostVersions(store, [other]))).to.match(/another one/);
  });

  it('is a content that is torn or gone', async () => {
    await replaceContent(seal('b', 100).bytes);
    expect(await found(lostVersions(store, [published]))).to.match(/not what was written/);
    await replaceContent(Buffer.alloc(0));
    const refused = await rejection(found(lostVersions(store, [published])));
    expect(refused.message).to.match(/is missing/);
  });

  it('is an orphan, something half-prepared, a head nobody wrote, a wrong plain file', async () => {
    const from = await store.ensureHead(nameOf('a'));
    await store.stage(from, bytesOf('x'), { session: '', token: 0 });
    await writeFile(join(parts.layout.prepared, 'half'), '');
    await store.ensureHead(nameOf('empty'));
    await rm(join(folder.path, 'a'));
    const lines = await found(leftOvers(parts));
    for (const what of [/orphan/, /leftover in tmp: half/, /nobody wrote/, /plain view shows/]) {
      expect(lines).to.match(what);
    }
  });

  it('is a file put there by hand that is nowhere any more', async () => {
    const byHand = new Map([[seal('b', 9).sha256, 'b']]);
    expect(await found(lostByHand(store, parts, byHand))).to.match(/by hand is lost/);
    expect(await readdir(parts.layout.found)).to.deep.equal([]);
  });

  it('is told of a content by its seal', () => {
    const { bytes } = seal('a', 50);
    expect(brokenSeal('a', bytes)).to.equal(undefined);
    expect(brokenSeal('b', bytes)).to.match(/content of "a"/);
    expect(brokenSeal('a', bytes.subarray(0, -1))).to.match(/torn/);
    expect(brokenSeal('a', Buffer.from('no seal'))).to.match(/without a seal/);
  });
});
