import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type CandadoClient, type ContentStream, connect } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';

async function withServer(
  answers: Readonly<Record<string, Answer>>,
  action: (client: CandadoClient, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = await ScriptedServer.start({ PING: () => '+PONG\r\n', ...answers });
  await using client = await connect({
    port: server.port,
    requestTimeoutMs: 2_000,
    reconnectMinDelayMs: 1,
  });
  await action(client, server);
}

async function open(client: CandadoClient): Promise<ContentStream> {
  const stream = await client.getStream('a');
  return stream ?? expect.fail('there should be a content');
}

describe('client: contents as streams', () => {
  it('starts before the content is whole and knows its size', async () => {
    await withServer({ GET: () => '$10\r\nhello' }, async (client, server) => {
      const stream = await open(client);
      expect(stream.size).to.equal(10);
      const { socket } = await server.request('GET');
      socket.write('world\r\n');
      expect((await stream.toArray()).join('')).to.equal('helloworld');
    });
  });

  it('is null where there is no file, and rejects with a refusal', async () => {
    const GET: Answer = ({ args }) => (args[0] === 'a' ? '_\r\n' : '-NAME bad name\r\n');
    await withServer({ GET }, async (client) => {
      expect(await client.getStream('a')).to.equal(null);
      expect((await rejection(client.getStream('..'))).code).to.equal('NAME');
    });
  });

  it('holds the sender back while nobody reads, in bounded memory', async () => {
    const size = 64 * 1024 * 1024;
    await withServer({ GET: () => `$${size}\r\n` }, async (client, server) => {
      const stream = await open(client);
      const { socket } = await server.request('GET');
      const piece = Buffer.alloc(1024 * 1024, 'x');
      let sent = 0;
      while (sent < size && socket.write(piece)) sent += piece.length;
      socket.write(
        Buffer.concat([Buffer.alloc(size - sent - piece.length, 'x'), Buffer.from('\r\n')]),
      );
      const ping = client.ping();
      // Most of it cannot leave the server: its socket does not drain, however long one waits.
      const drained = once(socket, 'drain').then(() => 'drained');
      expect(await Promise.race([drained, delay(100, 'held back')])).to.equal('held back');
      expect(stream.readableLength).to.be.below(1024 * 1024);
      let read = 0;
      for await (const chunk of stream) read += (chunk as Buffer).length;
      expect(read).to.equal(size);
      await ping;
    });
  });

  it('lets the rest pass when it is destroyed, and the next answer is right', async () => {
    await withServer({ GET: () => '$10\r\nhello' }, async (client, server) => {
      const stream = await open(client);
      stream.destroy();
      const { socket } = await server.request('GET');
      socket.write('world\r\n');
      await client.ping();
      expect(server.connections).to.equal(1);
    });
  });

  it('fails when the connection breaks half-way, and is not asked for again', async () => {
    await withServer({ GET: () => '$10\r\nhello' }, async (client, server) => {
      const stream = await open(client);
      const read = rejection(stream.toArray());
      server.cut();
      expect((await read).code).to.equal('CONNECTIONLOST');
      await client.ping();
      expect(server.requests).to.deep.equal(['GET a', 'PING']);
    });
  });

  it('gives an empty content', async () => {
    await withServer({ GET: () => '$0\r\n\r\n' }, async (client) => {
      const stream = await open(client);
      expect(await stream.toArray()).to.deep.equal([]);
    });
  });
});
