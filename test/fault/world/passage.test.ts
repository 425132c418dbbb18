import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { Gate } from './gate.js';
import { Passage } from './passage.js';

/** Also where it is reset. */
const closing = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });

describe('A passage', () => {
  let parts: AsyncDisposableStack;
  let gate: Gate;
  let passage: Passage;
  let served: Socket[];

  beforeEach(async () => {
    parts = new AsyncDisposableStack();
    served = [];
    gate = new Gate();
    const server = createServer((socket) => {
      served.push(socket);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    parts.defer(() => void server.close());
    const { port } = server.address() as AddressInfo;
    passage = parts.use(await Passage.open(() => ({ port, gate })));
  });

  afterEach(() => parts.disposeAsync());

  const client = async (): Promise<Socket> => {
    const socket = connect(passage.port, '127.0.0.1');
    socket.on('error', () => undefined);
    parts.defer(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };

  const echoed = async (socket: Socket, text: string): Promise<string> => {
    const answer = once(socket, 'data');
    socket.write(text);
    const [bytes] = await answer;
    return String(bytes);
  };

  it('lets bytes through in both directions', async () => {
    const socket = await client();
    expect(await echoed(socket, 'one')).to.equal('one');
    expect(await echoed(socket, 'two')).to.equal('two');
  });

  it('breaks within an answer', async () => {
    const socket = await client();
    expect(await echoed(socket, 'one')).to.equal('one');
    passage.breakInReply(2);
    const closed = closing(socket);
    expect(await echoed(socket, 'answer')).to.equal('an');
    await closed;
    expect(passage.current).to.equal(undefined);
  });

  it('resets what passes a gate that is shut so, and refuses what comes', async () => {
    const socket = await client();
    await echoed(socket, 'one');
    const closed = closing(socket);
    gate.shut('reset');
    await closed;
    await closing(await client());
    gate.open();
    expect(await echoed(await client(), 'three')).to.equal('three');
  });

  it('delivers late what was sent while nothing passed', async () => {
    const socket = await client();
    await echoed(socket, 'one');
    gate.shut('late');
    const answer = once(socket, 'data');
    socket.write('two');
    // Whoever is on another way is not held up, and shows that time passes.
    const other = new Gate();
    const port = served[0]?.localPort ?? 0;
    await using another = await Passage.open(() => ({ port, gate: other }));
    const bystander = connect(another.port, '127.0.0.1');
    expect(await echoed(bystander, 'beside')).to.equal('beside');
    bystander.destroy();
    expect(served[0]?.bytesRead).to.equal(3);
    gate.open();
    expect(String((await answer)[0])).to.equal('two');
  });

  it('breaks what stood behind a silent gate when it is opened', async () => {
    const socket = await client();
    await echoed(socket, 'one');
    gate.shut('silent');
    socket.write('two');
    const closed = closing(socket);
    gate.open();
    await closed;
    expect(await echoed(await client(), 'three')).to.equal('three');
  });
});
