import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { ContentDiffers } from '../../src/files/errors.js';
import type { FileStore, VersionRecord } from '../../src/files/file-store.js';
import { rejection } from '../support/rejection.js';
import { bytesOf, nameOf, put, read, remove, write } from './file-store.contract.js';

const NAME = nameOf('copied/a.txt');

function recordOf(version: number, content: string, changes: Partial<VersionRecord> = {}) {
  const record: VersionRecord = {
    version,
    deleted: false,
    size: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
    modified: 1_700_000_000_000_000 + version,
    session: 'elsewhere',
    token: version * 10,
    ...changes,
  };
  return record;
}

/** What a store promises about versions that come out of another one. */
export function describeCopies(stores: () => { here: FileStore; there: FileStore }): void {
  const copy = async (record: VersionRecord, content: string): Promise<void> => {
    const { here } = stores();
    const from = await here.ensureHead(NAME);
    const published = await here.publish(await here.stageCopy(from, record, bytesOf(content)));
    expect(published.outcome).to.equal('published');
  };

  describe('copies', () => {
    it('keep their number, time, author and request, also where numbers are missing', async () => {
      const { there } = stores();
      const third = recordOf(3, 'three');
      const deletion = recordOf(4, '', { deleted: true });
      const seventh = recordOf(7, 'seven', { requestId: 'request-7' });
      await copy(third, 'three');
      await copy(deletion, '');
      await copy(seventh, 'seven');
      expect(await there.history(NAME)).to.deep.equal([seventh, deletion, third]);
      expect(await there.stat(NAME, 3)).to.deep.equal(third);
      expect(await there.head(NAME)).to.deep.include({ version: 7, token: 70 });
      expect(await read(there, NAME, 3)).to.equal('three');
      expect(await read(there, NAME, 5)).to.equal(undefined);
      expect(await there.published(NAME, 'request-7')).to.equal(7);
      expect((await write(there, NAME, 'eight')).version).to.equal(8);
    });

    it('whose content is not the one that the record tells of change nothing', async () => {
      const { here, there } = stores();
      const from = await here.ensureHead(NAME);
      const failed = await rejection(here.stageCopy(from, recordOf(3, 'three'), bytesOf('threw')));
      expect(failed).to.be.instanceOf(ContentDiffers);
      expect(await there.head(NAME)).to.deep.equal(from);
    });

    it('from a head that has moved change nothing', async () => {
      const { here, there } = stores();
      const from = await here.ensureHead(NAME);
      const staged = await here.stageCopy(from, recordOf(3, 'three'), bytesOf('three'));
      await write(there, NAME, 'mine');
      expect((await here.publish(staged)).outcome).to.equal('moved');
      expect(await read(here, NAME)).to.equal('mine');
    });
  });

  describe('one version', () => {
    it('is described as long as it can be opened', async () => {
      const { here, there } = stores();
      let head = await write(here, NAME, 'one');
      head = await put(here, head, 'second');
      await remove(here, head);
      expect(await there.stat(NAME, 1)).to.deep.include({ version: 1, size: 3 });
      expect(await there.stat(NAME, 2)).to.deep.include({ version: 2, size: 6 });
      for (const version of [3, 4]) expect(await there.stat(NAME, version)).to.equal(undefined);
      expect(await there.stat(NAME)).to.equal(undefined);
    });
  });
}
