import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { piecesOf } from '../../../src/files/s3/body-pieces.js';

async function collected(body: Readable): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of piecesOf(body)) pieces.push(piece);
  return pieces;
}

describe('The body of an answer in pieces', () => {
  const bytes = randomBytes(3_000_000);
  let server: Server;
  let cutAt: number;

  beforeEach(async () => {
    cutAt = Number.POSITIVE_INFINITY;
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, cutAt), () => {
        if (cutAt < bytes.length) response.destroy();
      });
      if (cutAt >= bytes.length) response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const answer = async (): Promise<IncomingMessage> => {
    const { port } = server.address() as AddressInfo;
    const [response] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [
      IncomingMessage,
    ];
    return response;
  };

  it('is the same bytes in few pieces of their own memory', async () => {
    const pieces = await collected(await answer());
    expect(Buffer.concat(pieces).equals(bytes)).to.equal(true);
    expect(pieces.length).to.be.below(10);
    for (const piece of pieces.slice(0, -1)) {
      expect(piece.length).to.equal(piece.buffer.byteLength);
    }
  });

  it('frees what the socket read, and what the parser made of it', async () => {
    const body = await answer();
    const passed: ArrayBufferLike[] = [];
    body.on('data', (chunk: Buffer) => passed.push(chunk.buffer));
    body.socket.on('data', (raw: Buffer) => passed.push(raw.buffer));
    body.pause();
    await collected(body);
    // The first that the socket read is needed to see that it may be freed, and how many came with
    // it is the system's choice; short ones are kept.
    const large = passed.filter(({ byteLength }) => byteLength >= 16 * 1024);
    expect(passed.length).to.be.above(20);
    expect(large.length).to.be.at.most(4);
  });

  it('ends with what came where the connection ends too early', async () => {
    cutAt = 1_000_000;
    const got: Buffer[] = [];
    let error: unknown;
    try {
      for await (const piece of piecesOf(await answer())) got.push(piece);
    } catch (caught) {
      error = caught;
    }
    expect(error).to.be.instanceOf(Error);
    const whole = Buffer.concat(got);
    expect(whole.equals(bytes.subarray(0, whole.length))).to.equal(true);
    expect(whole.length).to.equal(cutAt);
  });

  it('is read no faster than its pieces are taken', async () => {
    let made = 0;
    const body = Readable.from(
      (function* () {
        for (; made < 1000; made++) yield Buffer.alloc(16 * 1024);
      })(),
      { objectMode: false },
    );
    const pieces = piecesOf(body);
    await pieces.next();
    const ahead = made;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(made).to.equal(ahead);
    expect(made * 16 * 1024).to.be.below(1024 * 1024);
    await pieces.return();
    expect(body.destroyed).to.equal(true);
  });
});
