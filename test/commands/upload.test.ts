import { expect } from 'chai';
import {
  UPLOAD_BUFFER_BYTES,
  UPLOAD_CHUNK_COST_BYTES,
  UPLOAD_JOIN_BYTES,
  Upload,
  UploadAborted,
} from '../../src/commands/upload.js';

const text = (bytes: number): Buffer => Buffer.alloc(bytes, 'x');

/** The size of a chunk that alone costs this much. */
const costing = (cost: number): Buffer => text(cost - UPLOAD_CHUNK_COST_BYTES);

async function read(upload: Upload): Promise<string[]> {
  return (await Array.fromAsync(upload.chunks())).map(String);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

/** An upload and how often it told that it has room again. */
function watched(size = 10, hasTail = false): { upload: Upload; drained: () => number } {
  const upload = new Upload(size, hasTail);
  let drained = 0;
  upload.onDrain = () => {
    drained += 1;
  };
  return { upload, drained: () => drained };
}

describe('Upload', () => {
  it('tells what was declared', () => {
    expect(new Upload(12, true)).to.include({ size: 12, hasTail: true });
  });

  it('hands out in order what was written before and while it is read', async () => {
    const upload = new Upload(6, false);
    upload.write(Buffer.from('ab'));
    const chunks = upload.chunks();
    expect(String((await chunks.next()).value)).to.equal('ab');
    const waiting = chunks.next();
    upload.write(Buffer.from('cd'));
    expect(String((await waiting).value)).to.equal('cd');
    upload.write(Buffer.from('ef'));
    upload.end();
    expect(String((await chunks.next()).value)).to.equal('ef');
    expect((await chunks.next()).done).to.equal(true);
  });

  it('ends a reader that was waiting', async () => {
    const upload = new Upload(0, false);
    const reading = read(upload);
    upload.end();
    expect(await reading).to.deep.equal([]);
  });

  it('joins small chunks that wait together, up to a size', async () => {
    const upload = new Upload(UPLOAD_JOIN_BYTES + 3, false);
    upload.write(Buffer.from('a'));
    upload.write(text(UPLOAD_JOIN_BYTES - 1));
    upload.write(Buffer.from('b'));
    upload.write(Buffer.from('cd'));
    upload.end();
    expect(await read(upload)).to.deep.equal([`a${'x'.repeat(UPLOAD_JOIN_BYTES - 1)}`, 'bcd']);
  });

  it('hands out a chunk larger than that as it came', async () => {
    const upload = new Upload(UPLOAD_JOIN_BYTES + 1, false);
    const large = text(UPLOAD_JOIN_BYTES + 1);
    upload.write(large);
    expect((await upload.chunks().next()).value).to.equal(large);
  });

  describe('back-pressure', () => {
    it('is full exactly at its limit', () => {
      const below = new Upload(10, false);
      below.write(costing(UPLOAD_BUFFER_BYTES - 1));
      expect(below.full).to.equal(false);
      const at = new Upload(10, false);
      at.write(costing(UPLOAD_BUFFER_BYTES));
      expect(at.full).to.equal(true);
    });

    it('counts what single bytes cost beside themselves', () => {
      const { upload } = watched();
      let bytes = 0;
      for (; !upload.full; bytes += 1) upload.write(text(1));
      expect(bytes).to.equal(Math.ceil(UPLOAD_BUFFER_BYTES / (1 + UPLOAD_CHUNK_COST_BYTES)));
    });

    it('tells once that there is room again', async () => {
      const { upload, drained } = watched();
      for (let chunk = 0; chunk < 3; chunk += 1) upload.write(costing(UPLOAD_BUFFER_BYTES / 2));
      const chunks = upload.chunks();
      await chunks.next();
      expect([upload.full, drained()]).to.deep.equal([true, 0]);
      await chunks.next();
      expect([upload.full, drained()]).to.deep.equal([false, 1]);
      await chunks.next();
      expect([upload.full, drained()]).to.deep.equal([false, 1]);
    });

    it('does not tell about room if it was not full', async () => {
      const { upload, drained } = watched();
      upload.write(text(10));
      upload.end();
      await read(upload);
      upload.discard();
      expect(drained()).to.equal(0);
    });
  });

  describe('discarding', () => {
    it('makes room at once and keeps nothing that comes later', () => {
      const { upload, drained } = watched();
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      upload.discard();
      expect([upload.full, drained()]).to.deep.equal([false, 1]);
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      expect(upload.full).to.equal(false);
    });

    it('still tells the tail', async () => {
      const upload = new Upload(3, true);
      upload.discard();
      upload.write(text(3));
      upload.end();
      upload.finish([Buffer.from('KEEP')]);
      expect((await upload.tail()).map(String)).to.deep.equal(['KEEP']);
    });

    it('is what a reader that leaves early does', async () => {
      const { upload, drained } = watched();
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      for await (const chunk of upload.chunks()) {
        expect(chunk.length).to.be.greaterThan(0);
        break;
      }
      expect([upload.full, drained()]).to.deep.equal([false, 1]);
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      expect(upload.full).to.equal(false);
    });
  });

  describe('aborting', () => {
    const error = new UploadAborted('gone');

    it('fails a waiting reader and the tail', async () => {
      const upload = new Upload(10, false);
      const reading = failureOf(read(upload));
      upload.abort(error);
      expect(await reading).to.equal(error);
      expect(await failureOf(upload.tail())).to.equal(error);
    });

    it('fails a reader that comes later, whatever was written', async () => {
      const upload = new Upload(3, false);
      upload.write(text(3));
      upload.end();
      upload.abort(error);
      expect(await failureOf(read(upload))).to.equal(error);
    });

    it('lets go of what waits, and takes nothing more', () => {
      const { upload, drained } = watched();
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      upload.abort(error);
      expect([upload.full, drained()]).to.deep.equal([false, 1]);
      upload.write(costing(UPLOAD_BUFFER_BYTES));
      expect(upload.full).to.equal(false);
    });

    it('keeps the first reason', async () => {
      const upload = new Upload(3, false);
      upload.abort(error);
      upload.abort(new Error('later'));
      expect(await failureOf(read(upload))).to.equal(error);
    });

    it('changes nothing once the whole command is here', async () => {
      const upload = new Upload(3, false);
      upload.write(text(3));
      upload.end();
      upload.finish([]);
      upload.abort(error);
      expect(await read(upload)).to.deep.equal(['xxx']);
      expect(await upload.tail()).to.deep.equal([]);
    });

    it('is no unhandled rejection where nobody awaits the tail', async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => {
        unhandled.push(reason);
      };
      process.on('unhandledRejection', note);
      try {
        new Upload(3, false).abort(error);
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      } finally {
        process.off('unhandledRejection', note);
      }
      expect(unhandled).to.deep.equal([]);
    });

    it('has a stable code', () => {
      expect(error).to.include({ name: 'UploadAborted', code: 'ERR' });
    });
  });
});
