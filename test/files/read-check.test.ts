import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { ContentDamaged } from '../../src/files/errors.js';
import type { OpenFile } from '../../src/files/file-store.js';
import { NoReadCheck, Sha256ReadCheck } from '../../src/files/read-check.js';
import { nameOf } from '../contract/file-store.contract.js';
import { rejection } from '../support/rejection.js';

const NAME = nameOf('a.txt');

function fileOf(written: string, stored: string): OpenFile {
  return {
    record: {
      version: 3,
      deleted: false,
      size: written.length,
      sha256: createHash('sha256').update(written).digest('hex'),
      modified: 0,
      session: 's',
      token: 1,
    },
    async *read(offset, length) {
      yield Buffer.from(stored).subarray(offset, offset + length);
    },
    async [Symbol.asyncDispose]() {},
  };
}

describe('read checks', () => {
  it('by checksum pass what was written', async () => {
    await new Sha256ReadCheck().check(NAME, fileOf('as written', 'as written'));
    await new Sha256ReadCheck().check(NAME, fileOf('', ''));
  });

  it('by checksum refuse a content of which one bit differs, or the end is missing', async () => {
    for (const stored of ['as wsitten', 'as writte', '']) {
      const failed = await rejection(
        new Sha256ReadCheck().check(NAME, fileOf('as written', stored)),
      );
      expect(failed).to.be.instanceOf(ContentDamaged);
      expect(failed.message).to.match(/version 3 of "a\.txt" is damaged: RESTORE another version/);
    }
  });

  it('by checksum do the same with what is in memory', () => {
    const check = new Sha256ReadCheck();
    const { record } = fileOf('as written', '');
    check.checkWhole(NAME, record, Buffer.from('as written'));
    expect(() => check.checkWhole(NAME, record, Buffer.from('as wsitten'))).to.throw(
      ContentDamaged,
      'version 3 of "a.txt" is damaged',
    );
  });

  it('may be left out', async () => {
    await new NoReadCheck().check();
    new NoReadCheck().checkWhole();
  });
});
