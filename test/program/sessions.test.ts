import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

const GRACE_MS = 700;

describe('A session of the program', () => {
  let server: RunningServer;
  let one: Redis;
  let other: Redis;
  let ticket: Readonly<Record<string, unknown>>;
  const clients: Redis[] = [];

  const connect = (): Redis => {
    const client = redisClient('127.0.0.1', server.port);
    clients.push(client);
    return client;
  };

  before(async () => {
    server = await startServer({ SESSION_GRACE_MS: String(GRACE_MS) });
  });

  beforeEach(async () => {
    [one, other] = [connect(), connect()];
    ticket = fieldsOf(await other.call('SESSION'));
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  after(() => server.stop());

  const resume = async (): Promise<{ readonly client: Redis; readonly names: unknown[] }> => {
    const client = connect();
    const locks = await client.call('RESUME', String(ticket['id']), String(ticket['secret']));
    return { client, names: (locks as unknown[]).map((lock) => fieldsOf(lock)['name']) };
  };

  const waiting = async (name: string): Promise<unknown> => {
    const [entry] = (await one.call('LOCKS', name)) as unknown[];
    return entry === undefined ? 0 : fieldsOf(entry)['waiting'];
  };

  const waitersReach = async (name: string, count: number): Promise<void> => {
    while ((await waiting(name)) !== count);
  };

  it('keeps its place in a queue while its connection is lost', async () => {
    await one.call('LOCK', 'place.txt');
    other.call('LOCK', 'place.txt', 'WAIT', '60000').catch(() => undefined);
    await waitersReach('place.txt', 1);
    const late = connect().call('LOCK', 'place.txt', 'WAIT', '60000');
    late.catch(() => undefined);
    await waitersReach('place.txt', 2);
    other.disconnect();
    const { client, names } = await resume();
    expect(names).to.deep.equal([]);
    const again = client.call('LOCK', 'place.txt', 'WAIT', '60000');
    await waitersReach('place.txt', 2);
    await one.call('UNLOCK', 'place.txt');
    expect(await again).to.be.an('array');
    expect(await waiting('place.txt')).to.equal(1);
  });

  it('is granted what it waited for also while its connection is lost', async () => {
    await one.call('LOCK', 'granted.txt');
    other.call('LOCK', 'granted.txt', 'WAIT', '60000').catch(() => undefined);
    await waitersReach('granted.txt', 1);
    other.disconnect();
    await one.call('UNLOCK', 'granted.txt');
    await waitersReach('granted.txt', 0);
    const { client, names } = await resume();
    expect(names).to.deep.equal(['granted.txt']);
    expect(await client.call('PUT', 'granted.txt', 'mine')).to.equal(1);
  });

  it('gives everything up when it is not resumed within the grace time', async () => {
    await other.call('LOCK', 'grace.txt');
    const wait = one.call('LOCK', 'grace.txt', 'WAIT', '60000');
    other.disconnect();
    expect(await wait).to.be.an('array');
    expect(await refusal(resume())).to.equal('NOPERM');
  });

  it('ends at once with QUIT', async () => {
    await other.call('LOCK', 'quit.txt');
    await other.quit();
    expect(await one.call('LOCK', 'quit.txt', 'WAIT', '60000')).to.be.an('array');
    expect(await refusal(resume())).to.equal('NOPERM');
    const expired = server.log.filter((line) => line.includes('session.expired'));
    expect(expired.filter((line) => line.includes(String(ticket['id'])))).to.deep.equal([]);
  });
});
