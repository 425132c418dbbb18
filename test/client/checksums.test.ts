import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { ChecksumDiffers, ContentCorrupt } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { cutOnce } from '../support/session-script.js';
import { withSession } from './support.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const HELLO = sha256('hello');

async function* pieces(): AsyncGenerator<Buffer> {
  yield Buffer.from('hel');
  yield Buffer.from('lo');
}

describe('client: checksums of what is put', () => {
  for (const [what, content] of [
    ['a text', 'hello'],
    ['bytes', Buffer.from('hello')],
    ['a stream that can be read once', { size: 5, chunks: pieces() }],
    ['a stream that can be read again', { size: 5, chunks: pieces }],
  ] as const) {
    it(`computes that of ${what} on its way, and sends it behind it`, async () => {
      await withSession({ PUT: () => ':3\r\n' }, async ({ client, server }) => {
        expect(await client.put('a', content, { version: 2, sha256: true })).to.equal(3);
        expect(server.requests).to.deep.equal([`PUT a hello SHA256 ${HELLO} VERSION 2 ID #1`]);
      });
    });
  }

  it('computes it again when the content is sent again', async () => {
    const PUT = cutOnce(() => ':3\r\n');
    await withSession({ PUT }, async ({ client, server }) => {
      await client.put('a', { size: 5, chunks: pieces }, { version: 2, sha256: true });
      const put = `PUT a hello SHA256 ${HELLO} VERSION 2 ID #1`;
      expect(server.requests).to.deep.equal([put, put]);
    });
  });

  it('sends one that is known as it is, under a lock, too', async () => {
    await withSession({ PUT: () => ':3\r\n' }, async ({ client, server }) => {
      const known = sha256('something else');
      await using lock = await client.lock('a');
      await lock.put('hello', { sha256: known.toUpperCase() });
      expect(server.requests.at(-1)).to.equal(`PUT a hello SHA256 ${known.toUpperCase()} ID #1`);
    });
  });

  it('sends none that cannot be one', async () => {
    await withSession({}, async ({ client, server }) => {
      const error = await rejection(client.put('a', 'x', { version: 2, sha256: 'abc' }));
      expect(error).to.be.instanceOf(RangeError);
      expect(server.requests).to.deep.equal([]);
    });
  });

  it('rejects with a type of its own where the content was damaged, and keeps the lock', async () => {
    const PUT = (): string => '-CHECKSUM the content arrived as another one\r\n';
    await withSession({ PUT }, async ({ client }) => {
      const lock = await client.lock('a');
      const error = await rejection(lock.put('hello', { sha256: true }));
      expect(error).to.be.instanceOf(ChecksumDiffers);
      expect(error).to.include({ code: 'CHECKSUM', retryable: true });
      expect(lock.held).to.equal(true);
    });
  });

  it('rejects with a type of its own where the stored content is damaged', async () => {
    await withSession({ GET: () => '-CORRUPT it is damaged\r\n' }, async ({ client }) => {
      const error = await rejection(client.get('a'));
      expect(error).to.be.instanceOf(ContentCorrupt);
      expect(error).to.include({ code: 'CORRUPT', retryable: false });
    });
  });
});
