import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { run } from '../../support/captured-io.js';

/** Hears a message to its end, then says `reply` and closes. */
async function textServer(
  reply: string | undefined,
): Promise<AsyncDisposable & { readonly port: string; readonly heard: string[] }> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let message = '';
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (piece: string) => {
      message += piece;
    });
    socket.on('end', () => {
      heard.push(message);
      if (reply !== undefined) socket.end(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = String((server.address() as AddressInfo).port);
  return {
    port,
    heard,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

describe('candado hello', () => {
  it('sends and receives in pieces and counts them', async () => {
    await using server = await textServer('Hi TCP Client');
    const { code, out } = await run([
      'hello',
      '--mtu',
      '5',
      'Hola servidor',
      '--port',
      server.port,
    ]);
    expect(code).to.equal(0);
    expect(server.heard).to.deep.equal(['Hola servidor']);
    expect(out).to.equal(
      'Hi TCP Client\n(sent in 3 pieces, received in 3 pieces of at most 5 bytes)\n',
    );
  });

  it('has pieces of 20 bytes and a message that needs several, by itself', async () => {
    await using server = await textServer('x'.repeat(57));
    const { out } = await run(['hello', '--json', '--port', server.port]);
    expect(JSON.parse(out)).to.deep.include({ mtu: 20, receivedPieces: 3 });
    expect(Buffer.byteLength(server.heard[0] ?? '')).to.be.above(20);
  });

  it('cuts letters of several bytes apart and puts them together again', async () => {
    await using server = await textServer('añoñaño');
    const { out } = await run(['hello', '--mtu', '2', '--json', 'ñ', '--port', server.port]);
    expect(JSON.parse(out)).to.deep.include({ reply: 'añoñaño' });
  });

  it('does not wait for ever', async () => {
    await using server = await textServer(undefined);
    const { code, err } = await run(['hello', '--timeout', '30', '--port', server.port]);
    expect(code).to.equal(6);
    expect(err).to.match(/within 30 ms/);
  });
});
