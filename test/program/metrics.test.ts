import { expect } from 'chai';
import { scrape } from '../integration/support/scrape.js';
import { RawClient, request } from '../support/raw-client.js';
import { redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

type Labels = Readonly<Record<string, string>>;

/** What happens, and which samples must have risen by it. */
describe('The program’s metrics', () => {
  let server: RunningServer;

  before(async () => {
    server = await startServer({ MAX_CONNECTIONS: '12' });
  });

  after(async () => {
    await server.stop();
  });

  const read = () => scrape(`http://127.0.0.1:${server.httpPort}`);

  async function rises(
    samples: readonly (readonly [string, Labels, number])[],
    act: () => Promise<void>,
  ): Promise<void> {
    const before = await read();
    await act();
    const after = await read();
    for (const [name, labels, by] of samples) {
      const was = before.value(name, labels);
      const what = `${name}${JSON.stringify(labels)}`;
      expect(was, `${what} exists from the start`).to.be.a('number');
      expect((after.value(name, labels) ?? 0) - (was ?? 0), what).to.be.closeTo(
        by,
        by / 1e6 + 1e-9,
      );
    }
  }

  it('count connections, by dialect, and bytes', async () => {
    const text = await RawClient.connect(server.port);
    await rises(
      [
        ['candado_connections_total', { dialect: 'text' }, 1],
        ['candado_connections_open', { dialect: 'text' }, 1],
        ['candado_received_bytes_total', { dialect: 'text' }, 5],
        ['candado_sent_bytes_total', { dialect: 'text' }, 27],
      ],
      async () => {
        text.send('TIME\n');
        await text.until((received) => received.endsWith('\n'));
      },
    );
    text.close();
  });

  it('count commands, their outcomes and TIME’s latency', async () => {
    const client = redisClient('127.0.0.1', server.port);
    await client.ping();
    await rises(
      [
        ['candado_commands_total', { command: 'time', outcome: 'ok' }, 3],
        ['candado_commands_total', { command: 'get', outcome: 'name' }, 1],
        ['candado_commands_total', { command: 'unknown', outcome: 'err' }, 1],
        ['candado_command_duration_seconds_count', { command: 'time' }, 3],
        ['candado_time_latency_seconds_count', {}, 3],
      ],
      async () => {
        await Promise.all([client.call('TIME'), client.call('TIME'), client.call('TIME')]);
        await refusal(client.call('GET', '..'));
        await refusal(client.call('NOSUCHTHING'));
      },
    );
    client.disconnect();
  });

  it('count locks from the grant to their end, waits and conflicts', async () => {
    const one = redisClient('127.0.0.1', server.port);
    const other = redisClient('127.0.0.1', server.port);
    await Promise.all([one.ping(), other.ping()]);
    await rises(
      [
        ['candado_lock_grants_total', { mode: 'exclusive' }, 2],
        ['candado_locks_held', { mode: 'exclusive' }, 1],
        ['candado_lock_denials_total', { reason: 'locked' }, 1],
        ['candado_lock_denials_total', { reason: 'timeout' }, 1],
        ['candado_lock_releases_total', {}, 1],
        ['candado_lock_wait_seconds_count', { outcome: 'granted' }, 2],
        ['candado_lock_wait_seconds_count', { outcome: 'timeout' }, 1],
        ['candado_lock_hold_seconds_count', {}, 1],
        ['candado_conflicts_total', { kind: 'notlocked' }, 1],
        ['candado_conflicts_total', { kind: 'conflict' }, 1],
        ['candado_publishes_total', { kind: 'put' }, 1],
      ],
      async () => {
        await one.call('LOCK', 'm');
        await refusal(other.call('LOCK', 'm'));
        await refusal(other.call('LOCK', 'm', 'WAIT', '50'));
        await refusal(other.call('PUT', 'm', 'x'));
        await one.call('PUT', 'm', 'x');
        await one.call('LOCK', 'm');
        await refusal(one.call('PUT', 'm', 'x', 'VERSION', '7'));
      },
    );
    one.disconnect();
    other.disconnect();
  });

  it('count what is written to the plain view', async () => {
    const client = redisClient('127.0.0.1', server.port);
    const written = async (): Promise<number> =>
      (await read()).value('candado_view_repairs_total', { result: 'written' }) ?? 0;
    const before = await written();
    await client.call('PUT', 'view.txt', 'x', 'VERSION', '0');
    while ((await written()) <= before);
    client.disconnect();
  });

  it('count a lease that ran out, and a writer that came too late', async () => {
    const one = redisClient('127.0.0.1', server.port);
    const other = redisClient('127.0.0.1', server.port);
    await rises(
      [
        ['candado_locks_expired_total', {}, 1],
        ['candado_conflicts_total', { kind: 'fenced' }, 1],
      ],
      async () => {
        await one.call('LOCK', 'late', 'TTL', '100');
        await other.call('LOCK', 'late', 'WAIT', '5000');
        await refusal(one.call('PUT', 'late', 'x'));
      },
    );
    one.disconnect();
    other.disconnect();
  });

  it('count rejected connections', async () => {
    await rises([['candado_connections_rejected_total', { reason: 'tls' }, 1]], async () => {
      const client = await RawClient.connect(server.port);
      client.send(Buffer.from('1603010005', 'hex'));
      await client.untilClosed();
    });
    const crowd: RawClient[] = [];
    await rises([['candado_connections_rejected_total', { reason: 'limit' }, 1]], async () => {
      for (;;) {
        const client = await RawClient.connect(server.port);
        crowd.push(client);
        client.send(request('PING'));
        if ((await client.until((received) => received.endsWith('\r\n'))).startsWith('-BUSY'))
          break;
      }
    });
    for (const client of crowd) client.close();
  });
});
