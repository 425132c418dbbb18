import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { RedisOptions } from 'ioredis';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { RecordingLog } from '../support/recording-log.js';

const connectionTo = (target: RedisOptions, log = new RecordingLog()): RedisConnection =>
  new RedisConnection({ host: '127.0.0.1', ...target }, 1_000, {
    role: 'commands',
    log,
    changed: () => undefined,
  });

describe('RedisConnection', () => {
  let silent: Server;

  beforeEach(async () => {
    silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });

  afterEach(async () => {
    silent.close();
    await once(silent, 'close');
  });

  it('is closed without an error, also where it fails meanwhile', async () => {
    const { port } = silent.address() as AddressInfo;
    const connection = connectionTo({ port });
    connection.open();
    await once(silent, 'connection');
    const closed = connection.close();
    connection.client.emit('error', new Error('the stream is not writeable'));
    await closed;
  });

  for (const end of ['close', 'reconnect'] as const) {
    it(`survives a socket that tells of two errors after ${end}()`, async () => {
      const { port } = silent.address() as AddressInfo;
      const connection = connectionTo({ port });
      connection.open();
      await once(silent, 'connection');
      const { stream } = connection.client;
      const ended = connection[end]();
      // As TLS does where the server closes what was ended amid a handshake that failed.
      stream.emit('error', new Error('certificate signature failure'));
      stream.emit('error', new Error('tlsv1 alert decode error'));
      stream.destroy();
      await ended;
      await connection.close();
    });
  }

  it('survives a socket that tells of two errors while it is open', async () => {
    const { port } = silent.address() as AddressInfo;
    const log = new RecordingLog();
    const connection = connectionTo({ port }, log);
    connection.open();
    await once(silent, 'connection');
    const { stream } = connection.client;
    stream.emit('error', new Error('first'));
    stream.emit('error', new Error('second'));
    stream.destroy();
    await connection.tried;
    await connection.close();
    expect(log.lines.map(({ fields }) => fields['reason'])).to.deep.equal(['first']);
  });
});
