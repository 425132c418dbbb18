import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { CuttableProxy } from '../../support/cuttable-proxy.js';
import { RawClient, request } from '../../support/raw-client.js';
import { redisClient } from '../../support/redis-client.js';
import { type RunningServer, startServer } from '../../support/server-fixture.js';
import { sharedRedisUrl } from '../support/redis.js';

describe('Events between replicas of the program', () => {
  let one: RunningServer;
  let other: RunningServer;
  let writer: Redis;
  let reader: RawClient;
  let name: string;

  before(async () => {
    const settings = { REDIS_URL: sharedRedisUrl() };
    one = await startServer(settings);
    other = await startServer({ ...settings, FILES_ROOT: one.filesRoot });
    writer = redisClient('127.0.0.1', one.port);
  });

  after(async () => {
    writer.disconnect();
    await other.stop();
    await one.stop();
  });

  beforeEach(async () => {
    name = `events/${randomUUID()}.txt`;
    reader = await RawClient.connect(other.port);
  });

  afterEach(() => reader.close());

  const subscribed = async (...channels: string[]): Promise<void> => {
    reader.send(request('SUBSCRIBE', ...channels));
    await reader.until((all) => all.endsWith(`:${channels.length}\r\n`));
  };

  const messages = (): unknown[] =>
    [...reader.received.matchAll(/^\{.*\}\r$/gm)].map(([message]) => {
      const { address: _, token: __, ...event } = JSON.parse(message) as Record<string, unknown>;
      return event;
    });

  it('tell on one what becomes of files and locks on the other, in its order', async () => {
    await subscribed(`file:${name}`, `lock:${name}`);
    await writer.call('LOCK', name);
    await writer.call('PUT', name, 'x');
    await writer.call('LOCK', name, 'SHARED');
    await writer.call('UNLOCK', name);
    await reader.until((all) => all.split('"released"').length === 3);
    expect(messages()).to.deep.equal([
      { event: 'granted', mode: 'exclusive', holder: '' },
      { event: 'put', version: 1, size: 1 },
      { event: 'released', mode: 'exclusive' },
      { event: 'granted', mode: 'shared', holder: '' },
      { event: 'released', mode: 'shared' },
    ]);
  });

  it('are not promised to who subscribes while Redis does not answer', async () => {
    await using proxy = await CuttableProxy.start(Number(new URL(sharedRedisUrl()).port));
    const cutOff = await startServer({
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      FILES_ROOT: one.filesRoot,
    });
    try {
      reader.close();
      reader = await RawClient.connect(cutOff.port);
      proxy.mute();
      reader.send(request('SUBSCRIBE', `file:${name}`));
      expect(await reader.until((all) => all.endsWith('\r\n'))).to.match(/^-UNAVAILABLE /);
      proxy.cut();
      do reader.send(request('SUBSCRIBE', `file:${name}`));
      while (!(await nextReply()).startsWith('*3'));
      await writer.call('PUT', name, 'x', 'VERSION', '0');
      await reader.until((all) => all.includes('"version":1,'));
    } finally {
      await cutOff.stop();
    }
  });

  const nextReply = async (): Promise<string> => {
    const before = reader.received.length;
    const received = await reader.until((all) => all.length > before && all.endsWith('\r\n'));
    return received.slice(before);
  };
});
