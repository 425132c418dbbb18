import { expect } from 'chai';
import { UPLOAD_BUFFER_BYTES, type Upload, UploadAborted } from '../../../src/commands/upload.js';
import { MAX_ARGUMENT_BYTES, MAX_COMMAND_BYTES } from '../../../src/dialects/resp/limits.js';
import { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';
import {
  cut,
  DECODINGS,
  decode,
  drain,
  latin1,
  MAX_FILE_BYTES,
  nextCommand,
  nextUpload,
  readAll,
  request,
  type Seen,
} from './harness.js';
import { RecordingWriter } from './recording-writer.js';

const LONG = MAX_ARGUMENT_BYTES + 1;
const content = (bytes: number): Buffer => Buffer.alloc(bytes, '0123456789\r\n');
const put = (bytes: number, ...tail: string[]): Buffer =>
  request('PUT', 'data.txt', content(bytes), ...tail);

/** Every boundary outside the content, and some inside it; byte by byte would only repeat those. */
function* interestingSplittings(stream: Buffer, contentEnd: number): Generator<Buffer[]> {
  const contentStart = contentEnd - LONG;
  yield [stream];
  for (let at = 1; at < stream.length; at += 1) {
    const inside = at > contentStart + 3 && at < contentEnd - 3;
    if (!inside || at % 10_007 === 0) yield cut(stream, [at]);
  }
  const outside = Array.from({ length: stream.length }, (_, at) => at).filter(
    (at) => at <= contentStart || at >= contentEnd,
  );
  yield cut(stream, outside);
}

function started(bytes = LONG, ...tail: string[]): { dialect: RespDialect; upload: Upload } {
  const stream = put(bytes, ...tail);
  const dialect = new RespDialect(DECODINGS);
  dialect.feed(stream.subarray(0, 100), 7);
  return { dialect, upload: nextUpload(dialect) };
}

async function reasonOf(upload: Upload): Promise<unknown> {
  return upload.tail().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('streaming a content in RESP', () => {
  const header = '*3\r\n$3\r\nPUT\r\n$8\r\ndata.txt\r\n$65537\r\n'.length;

  for (const tail of [[], ['KEEP'], ['VERSION', '3', 'KEEP']]) {
    it(`with ${tail.length} arguments behind it, at every split`, async () => {
      const stream = Buffer.concat([put(LONG, ...tail), request('PING')]);
      const upload = {
        size: LONG,
        hasTail: tail.length > 0,
        content: latin1(content(LONG)),
        tail,
      };
      const expected: Seen[] = [
        { command: 'PUT', args: ['data.txt'], upload },
        { command: 'PING', args: [] },
      ];
      for (const pieces of interestingSplittings(stream, header + LONG)) {
        expect(await decode(pieces)).to.deep.equal(expected);
      }
    }).timeout(10_000);
  }

  it('collects one of exactly the limit, and streams one byte more', async () => {
    const [collected] = await decode([put(MAX_ARGUMENT_BYTES)]);
    expect(collected).to.have.property('args').with.length(2);
    expect(collected).not.to.have.property('upload');
    const [streamed] = await decode([put(MAX_ARGUMENT_BYTES + 1)]);
    expect(streamed).to.have.property('args').with.length(1);
    expect(streamed).to.have.property('upload');
  });

  it('takes a content of exactly the largest size', async () => {
    const [seen] = await decode([put(MAX_FILE_BYTES)]);
    expect(seen).to.have.nested.property('upload.content').with.length(MAX_FILE_BYTES);
  });

  it('streams a content that is the first argument', async () => {
    const [seen] = await decode([request('STORE', content(LONG), 'a')]);
    expect(seen).to.deep.include({ command: 'STORE', args: [] });
    expect(seen).to.have.nested.property('upload.tail').deep.equal(['a']);
  });

  it('streams no other argument, and none behind the content', async () => {
    const tooLong = /^-ERR Protocol error: invalid bulk length/;
    const [name] = await decode([request('PUT', content(LONG), 'a')]);
    expect(name).to.have.property('answer').that.matches(tooLong);
    const [short, behind] = await decode([request('PUT', 'a', 'b', content(LONG))]);
    expect(short).to.have.property('answer').that.matches(tooLong);
    expect(behind).to.equal(undefined);
    const [, secondContent] = await decode([
      request('PUT', 'a', content(LONG), 'b', content(LONG)),
    ]);
    expect(secondContent).to.have.property('answer').that.matches(tooLong);
  });

  it('hands the command out with the first bytes of its content, and dates it by them', () => {
    const stream = put(LONG);
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(stream.subarray(0, header), 10);
    expect(dialect.next()).to.equal(undefined);
    dialect.feed(stream.subarray(header, header + 1), 20);
    dialect.feed(stream.subarray(header + 1, header + 2), 30);
    const command = nextCommand(dialect);
    expect(command.receivedAt).to.equal(20);
    expect(command.upload).to.equal(dialect.uploading);
  });

  it('gives nothing more out until the whole command is here, then goes on', () => {
    const { dialect } = started(LONG, 'KEEP');
    const rest = Buffer.concat([put(LONG, 'KEEP').subarray(100), request('PING')]);
    for (const piece of cut(rest, [1000, LONG - 10])) {
      expect(dialect.uploading).not.to.equal(undefined);
      expect(dialect.next()).to.equal(undefined);
      dialect.feed(piece, 0);
    }
    expect(dialect.uploading).to.equal(undefined);
    expect(nextCommand(dialect).name).to.equal('PING');
  });

  it('passes the content on without holding it', () => {
    const { dialect } = started(MAX_FILE_BYTES);
    dialect.feed(put(MAX_FILE_BYTES).subarray(100, 200_000), 0);
    expect(dialect.bufferedBytes).to.equal(0);
  });

  it('counts what came behind the upload’s command as waiting', () => {
    const { dialect } = started();
    dialect.feed(Buffer.concat([put(LONG).subarray(100), request('PING')]), 0);
    expect(dialect.bufferedBytes).to.be.within(request('PING').length, 1000);
  });

  it('bounds the arguments behind the content as those of any command', async () => {
    const argument = 'x'.repeat(MAX_ARGUMENT_BYTES);
    const most = new Array<string>(MAX_COMMAND_BYTES / MAX_ARGUMENT_BYTES).fill(argument);
    const [whole] = await decode([put(LONG, ...most)]);
    expect(whole).to.have.nested.property('upload.tail').with.length(most.length);
    const [aborted, answer] = await decode([put(LONG, ...most, 'x')]);
    expect(aborted).to.have.nested.property('upload.aborted');
    expect(answer)
      .to.have.property('answer')
      .that.matches(/together\r\n$/);
  });

  describe('back-pressure', () => {
    it('shows through `uploading`, and ends when the content is read', async () => {
      const { dialect, upload } = started(MAX_FILE_BYTES);
      let drained = 0;
      if (dialect.uploading !== undefined) {
        dialect.uploading.onDrain = () => {
          drained += 1;
        };
      }
      dialect.feed(put(MAX_FILE_BYTES).subarray(100, UPLOAD_BUFFER_BYTES + 200), 0);
      expect(dialect.uploading?.full).to.equal(true);
      const chunks = upload.chunks();
      await chunks.next();
      await chunks.next();
      expect(drained).to.equal(1);
      expect(dialect.uploading?.full).to.equal(false);
    });

    it('does not stand in the way of a discarded content', async () => {
      const { dialect, upload } = started(MAX_FILE_BYTES, 'KEEP');
      upload.discard();
      dialect.feed(put(MAX_FILE_BYTES, 'KEEP').subarray(100, UPLOAD_BUFFER_BYTES + 200), 0);
      expect(dialect.uploading?.full).to.equal(false);
      dialect.feed(put(MAX_FILE_BYTES, 'KEEP').subarray(UPLOAD_BUFFER_BYTES + 200), 0);
      expect((await upload.tail()).map(String)).to.deep.equal(['KEEP']);
    });
  });

  describe('ends the upload', () => {
    it('when the connection is gone', async () => {
      const { dialect, upload } = started();
      const error = new UploadAborted('reset');
      dialect.abort(error);
      expect(await reasonOf(upload)).to.equal(error);
      expect(dialect.uploading).to.equal(undefined);
      dialect.feed(request('PING'), 0);
      expect(dialect.next()).to.equal(undefined);
    });

    it('when the peer sends no more', async () => {
      const { dialect, upload } = started();
      dialect.end();
      expect(await reasonOf(upload)).to.be.instanceOf(UploadAborted);
      expect(dialect.uploading).to.equal(undefined);
      expect(dialect.next()).to.equal(undefined);
    });

    it('before it began, if the peer ended while an earlier command ran', () => {
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(Buffer.concat([request('PING'), put(LONG).subarray(0, 1000)]), 0);
      expect(nextCommand(dialect).name).to.equal('PING');
      dialect.end();
      expect(dialect.next()).to.equal(undefined);
      expect(dialect.uploading).to.equal(undefined);
    });

    it('but not one that was whole by then', async () => {
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(Buffer.concat([put(LONG), request('PING')]), 0);
      dialect.end();
      expect(latin1(await readAll(nextUpload(dialect)))).to.equal(latin1(content(LONG)));
      expect(nextCommand(dialect).name).to.equal('PING');
    });
  });

  describe('where the stream breaks behind the content', () => {
    const broken: readonly (readonly [string, Buffer, RegExp])[] = [
      [
        'a content longer than declared',
        Buffer.concat([put(LONG).subarray(0, -2), Buffer.from('more')]),
        /expected CR LF behind the bytes of a bulk string, got 'm'/,
      ],
      [
        'a tail that is no string',
        Buffer.concat([put(LONG, 'KEEP').subarray(0, -10), Buffer.from(':1\r\n')]),
        /expected '\$', got ':'/,
      ],
    ];
    for (const [title, stream, problem] of broken) {
      it(`${title}: the upload fails, one answer tells why`, async () => {
        for (const pieces of [[stream], cut(stream, [100, stream.length - 3])]) {
          const [aborted, answer, ...more] = await decode([...pieces, request('PING')]);
          expect(aborted).to.have.nested.property('upload.aborted').that.matches(problem);
          expect(answer).to.have.property('answer').that.matches(problem);
          expect(answer).to.have.property('close', true);
          expect(more).to.deep.equal([]);
        }
      });
    }

    it('the content is never whole for its reader', async () => {
      const stream = broken[0]?.[1] ?? Buffer.alloc(0);
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(stream.subarray(0, header + LONG), 0);
      const chunks = nextUpload(dialect).chunks();
      for (let left = LONG; left > 0; left -= (await chunks.next()).value?.length ?? left);
      const end = chunks.next().catch(String);
      dialect.feed(stream.subarray(header + LONG), 0);
      expect(await end).to.match(/Protocol error/);
    });

    it('the answer to the stream takes the place of the reply to the command', () => {
      const [, stream] = broken[0] ?? ['', Buffer.alloc(0)];
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(stream, 0);
      const command = nextCommand(dialect);
      const out = new RecordingWriter();
      dialect.encode(command, { kind: 'error', code: 'ERR', message: 'aborted' }, out);
      expect(out.steps).to.deep.equal([]);
      expect([...drain(dialect)]).to.have.length(1);
    });
  });
});
