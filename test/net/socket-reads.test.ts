import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { CHUNK_BYTES } from '../../src/files/chunk-memory.js';
import { READ_BYTES } from '../../src/net/limits.js';
import { SocketReads } from '../../src/net/socket-reads.js';

/** Takes what comes, until so many bytes were here. */
class Taker {
  readonly taken: Buffer[] = [];
  contentLeft = 0;
  #wanted = 0;
  #done = Promise.withResolvers<void>();

  take(bytes: Buffer): void {
    this.taken.push(bytes);
    this.contentLeft = Math.max(0, this.contentLeft - bytes.length);
    this.#look();
  }

  get whole(): Buffer {
    return Buffer.concat(this.taken);
  }

  room(): Buffer | undefined {
    if (this.contentLeft === 0) return undefined;
    return Buffer.allocUnsafeSlow(Math.min(this.contentLeft, CHUNK_BYTES));
  }

  async until(bytes: number): Promise<void> {
    this.#wanted = bytes;
    this.#done = Promise.withResolvers();
    this.#look();
    await this.#done.promise;
  }

  #look(): void {
    if (this.whole.length >= this.#wanted) this.#done.resolve();
  }
}

describe('SocketReads', () => {
  let reads: SocketReads;
  let accepted: Socket;
  let socket: Socket;
  let client: Socket;
  let taker: Taker;

  async function open(contentLeft = 0): Promise<void> {
    reads = new SocketReads();
    taker = new Taker();
    taker.contentLeft = contentLeft;
    ({ accepted, socket, client } = await pair(reads, taker));
  }

  afterEach(() => {
    client.destroy();
    socket.destroy();
  });

  it('hands over every read as bytes of its own', async () => {
    await open();
    client.write('first');
    await taker.until(5);
    client.write('SECOND');
    await taker.until(11);
    expect(taker.taken.map(String)).to.deep.equal(['first', 'SECOND']);
  });

  it('keeps the reads of several sockets apart', async () => {
    await open();
    const other = new Taker();
    const second = await pair(reads, other);
    client.write('one');
    await taker.until(3);
    second.client.write('two');
    await other.until(3);
    expect([String(taker.whole), String(other.whole)]).to.deep.equal(['one', 'two']);
    second.client.destroy();
    second.socket.destroy();
  });

  it('is a socket as any other: it is written to, paused, half closed and ended', async () => {
    await open();
    socket.write('hello');
    expect(String((await once(client, 'data'))[0])).to.equal('hello');
    socket.pause();
    client.end('late');
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(taker.taken).to.deep.equal([]);
    const ended = once(socket, 'end');
    const closed = once(socket, 'close');
    socket.resume();
    await taker.until(4);
    await ended;
    const answered = once(client, 'data');
    socket.end('bye');
    expect(String((await answered)[0])).to.equal('bye');
    await closed;
    expect(accepted.destroyed).to.equal(true);
  });

  it('reads a content in large pieces, and no byte of what follows it into one', async () => {
    const size = CHUNK_BYTES + READ_BYTES + 1;
    await open(size);
    const content = Buffer.alloc(size, 'abcdefg');
    client.write(content);
    client.write('tail');
    await taker.until(size + 4);
    expect(taker.whole.equals(Buffer.concat([content, Buffer.from('tail')]))).to.equal(true);
    expect(taker.taken[0]?.length).to.equal(CHUNK_BYTES);
    expect(taker.taken[1]?.length).to.equal(READ_BYTES + 1);
    expect(taker.taken[0]?.buffer.byteLength, 'it can be given back').to.equal(CHUNK_BYTES);
  });

  it('reads on into the piece where the sender stopped in the middle of it', async () => {
    await open(READ_BYTES);
    const half = Buffer.alloc(READ_BYTES / 2, 'x');
    client.write(half);
    await bytesRead(socket, half.length);
    expect(taker.taken).to.deep.equal([]);
    client.write(half);
    await taker.until(READ_BYTES);
    expect(taker.taken.map(({ length }) => length)).to.deep.equal([READ_BYTES]);
  });

  it('does without what Node does not document where that is not there', async () => {
    await open();
    const plain = new Taker();
    const second = await pair(reads, plain, withoutHandle);
    second.client.write('plain');
    await plain.until(5);
    expect(String(plain.whole)).to.equal('plain');
    second.client.destroy();
    second.socket.destroy();
  });
});

async function pair(
  reads: SocketReads,
  taker: Taker,
  changed = (socket: Socket): Socket => socket,
): Promise<{ accepted: Socket; socket: Socket; client: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  server.close();
  return { accepted, socket: reads.reopen(changed(accepted), taker), client };
}

async function bytesRead(socket: Socket, bytes: number): Promise<void> {
  while (socket.bytesRead < bytes) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Hides from others what the socket itself goes on using. */
function withoutHandle(socket: Socket): Socket {
  return new Proxy(socket, {
    get: (target, key) => {
      if (key === '_handle') return undefined;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
