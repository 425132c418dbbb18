import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  SMALL_CONTENT_BYTES,
  SmallContents,
  SmallFile,
} from '../../../src/files/directory/small-contents.js';
import type { VersionRecord } from '../../../src/files/file-store.js';
import type { ContentId } from '../../../src/files/head.js';

const id = (at: number): ContentId => `content-${at}` as ContentId;
const record = {} as VersionRecord;

function file(text: string | Buffer): SmallFile {
  return new SmallFile(record, Buffer.from(text));
}

async function read(small: SmallFile, offset: number, length: number): Promise<string> {
  return Buffer.concat(await Array.fromAsync(small.read(offset, length))).toString();
}

describe('SmallContents', () => {
  it('knows what was kept, by its id', () => {
    const contents = new SmallContents();
    const one = file('one');
    contents.keep(id(1), one);
    expect(contents.get(id(1))).to.equal(one);
    expect(contents.get(id(2))).to.equal(undefined);
  });

  it('lets go of what was used longest ago when it has too much', () => {
    const contents = new SmallContents();
    const most = (8 * 1024 * 1024) / (SMALL_CONTENT_BYTES + 1024);
    const count = Math.ceil(most) + 1;
    const large = file(Buffer.alloc(SMALL_CONTENT_BYTES));
    for (let at = 0; at < count; at++) {
      contents.keep(id(at), large);
      contents.get(id(0));
    }
    expect(contents.get(id(0)), 'used all the time').to.equal(large);
    expect(contents.get(id(1)), 'used longest ago').to.equal(undefined);
    expect(contents.get(id(count - 1)), 'kept last').to.equal(large);
  });

  it('counts empty ones, too, and one that is kept again once', () => {
    const contents = new SmallContents();
    for (let at = 0; at < 8 * 1024 + 1; at++) {
      contents.keep(id(at), file(''));
      contents.keep(id(at), file(''));
    }
    expect(contents.get(id(0))).to.equal(undefined);
    expect(contents.get(id(1))).not.to.equal(undefined);
  });
});

describe('A small file', () => {
  it('tells whether it is what was written', () => {
    const sha256 = createHash('sha256').update('text').digest('hex');
    const written = { sha256 } as VersionRecord;
    expect(new SmallFile(written, Buffer.from('text')).isSound).to.equal(true);
    expect(new SmallFile(written, Buffer.from('tex')).isSound).to.equal(false);
  });

  it('is read in parts, cut at its end', async () => {
    const small = file('0123456789');
    expect(await read(small, 0, 10)).to.equal('0123456789');
    expect(await read(small, 3, 4)).to.equal('3456');
    expect(await read(small, 8, 100)).to.equal('89');
    expect(await read(small, 10, 5)).to.equal('');
    expect(await read(small, 50, 5)).to.equal('');
  });

  it('is not changed by who reads it', async () => {
    const small = file('text');
    for await (const chunk of small.read(0, 4)) chunk.fill('x');
    expect(await read(small, 0, 4)).to.equal('text');
  });
});
