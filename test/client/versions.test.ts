import { expect } from 'chai';
import { rejection } from '../support/rejection.js';
import { cutOnce, map } from '../support/session-script.js';
import { withSession } from './support.js';

const WRITTEN = { version: 3, size: 5, sha256: 'ab', modified: 1700000000123456 };
const AUTHOR = { session: 's1', token: 7 };

describe('client: versions', () => {
  it('tells who wrote each, and which are deletions', async () => {
    const HISTORY = (): string =>
      `*2\r\n${map({ ...WRITTEN, version: 4, size: 0, sha256: '', ...AUTHOR, deleted: 1 })}` +
      map({ ...WRITTEN, ...AUTHOR, deleted: 0 });
    await withSession({ HISTORY }, async ({ client, server }) => {
      const { modified, ...rest } = WRITTEN;
      const written = { ...rest, modifiedMicros: modified, ...AUTHOR, deleted: false };
      expect(await client.history('a', { count: 2 })).to.deep.equal([
        { ...written, version: 4, size: 0, sha256: '', deleted: true },
        written,
      ]);
      await client.history('a');
      expect(server.requests).to.deep.equal(['HISTORY a COUNT 2', 'HISTORY a']);
    });
  });

  it('looks up a version, and says who wrote it', async () => {
    const STAT = (): string => map({ name: 'a', ...WRITTEN, locked: 'free', ...AUTHOR });
    await withSession({ STAT }, async ({ client, server }) => {
      expect(await client.stat('a', { version: 3 })).to.include({ version: 3, ...AUTHOR });
      expect(server.requests).to.deep.equal(['STAT a VERSION 3']);
    });
  });

  it('restores one in place of the current one, once, however often it is asked for', async () => {
    const RESTORE = cutOnce(() => ':9\r\n');
    await withSession({ RESTORE }, async ({ client, server }) => {
      expect(await client.restore('a', 3, { version: 8 })).to.equal(9);
      const restore = 'RESTORE a 3 VERSION 8 ID #1';
      expect(server.requests).to.deep.equal([restore, restore]);
    });
  });

  it('restores one under a lock, which ends with it unless it is kept', async () => {
    let version = 2;
    const RESTORE = (): string => {
      version += 1;
      return `:${version}\r\n`;
    };
    await withSession({ RESTORE }, async ({ client, server }) => {
      const lock = await client.lock('a');
      expect(await lock.restore(1, { keep: true })).to.equal(3);
      expect([lock.held, lock.version]).to.deep.equal([true, 3]);
      expect(await lock.restore(2)).to.equal(4);
      expect([lock.held, lock.version]).to.deep.equal([false, 4]);
      expect((await rejection(lock.restore(2))).code).to.equal('NOTLOCKED');
      expect(server.requests.slice(1)).to.deep.equal([
        'RESTORE a 1 KEEP ID #1',
        'RESTORE a 2 ID #2',
      ]);
    });
  });

  it('goes on holding the lock where there is nothing to restore', async () => {
    await withSession({ RESTORE: () => '_\r\n' }, async ({ client }) => {
      const lock = await client.lock('a');
      expect(await lock.restore(1)).to.equal(null);
      expect([lock.held, lock.version]).to.deep.equal([true, 2]);
      expect(await client.restore('b', 1, { version: 1 })).to.equal(null);
    });
  });
});
