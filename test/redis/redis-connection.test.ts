import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { RecordingLog } from '../support/recording-log.js';

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
    const connection = new RedisConnection({ host: '127.0.0.1', port }, 1_000, {
      role: 'commands',
      log: new RecordingLog(),
      changed: () => undefined,
    });
    connection.open();
    await once(silent, 'connection');
    const closed = connection.close();
    connection.client.emit('error', new Error('the stream is not writeable'));
    await closed;
  });
});
