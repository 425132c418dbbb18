import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { RawClient, request } from '../support/raw-client.js';
import { redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';
import { eventually } from './support/eventually.js';
import { sharedRedisUrl } from './support/redis.js';
import { type Labels, type Scrape, scrape } from './support/scrape.js';

interface Line {
  readonly event: string;
  readonly worker?: number;
  readonly pid?: number;
}

describe('Two workers of the program', () => {
  let server: RunningServer;
  let clients: Redis[];
  let name: string;

  before(async () => {
    server = await startServer({ REDIS_URL: sharedRedisUrl(), WORKERS: '2' });
  });

  after(() => server.stop());

  beforeEach(() => {
    clients = [];
    name = `workers/${randomUUID()}.txt`;
  });

  afterEach(() => {
    for (const client of clients) client.disconnect();
  });

  const connected = async (): Promise<{ readonly client: Redis; readonly pid: number }> => {
    const client = redisClient('127.0.0.1', server.port);
    clients.push(client);
    return { client, pid: await workerOf(client) };
  };

  /** A client of each worker. */
  const oneOfEach = async (): Promise<readonly [Redis, Redis]> => {
    const byWorker = new Map<number, Redis>();
    while (byWorker.size < 2) {
      const { client, pid } = await connected();
      byWorker.set(pid, client);
    }
    const [one, other] = [...byWorker.values()];
    if (one === undefined || other === undefined) throw new Error('there are two');
    return [one, other];
  };

  const read = (): Promise<Scrape> => scrape(`http://127.0.0.1:${server.httpPort}`);

  const bothReady = (): Promise<void> =>
    eventually('both are ready', async () => {
      return (await read()).value('candado_workers_ready') === 2;
    });

  it('says once that it listens, and of each line which worker it is of', () => {
    const lines = linesOf(server);
    expect(lines.filter(({ event }) => event === 'server.listening')).to.have.length(1);
    const redis = lines.filter(({ event }) => event === 'redis.up').map(({ worker }) => worker);
    expect(new Set(redis)).to.deep.equal(new Set([1, 2]));
    expect(new Set(workers(server).keys())).to.deep.equal(new Set([1, 2]));
  });

  it('spreads connections over both', async () => {
    // Each is answered before the next comes: then both workers are free to take it.
    const pids: number[] = [];
    for (let at = 0; at < 20; at++) pids.push((await connected()).pid);
    for (const pid of workers(server).values()) {
      expect(pids.filter((own) => own === pid)).to.have.length.within(8, 12);
    }
  });

  it('shares locks, whichever worker a client is at', async () => {
    const [one, other] = await oneOfEach();
    await one.call('LOCK', name);
    const everybody = await Promise.all(Array.from({ length: 6 }, connected));
    for (const { client } of everybody) {
      expect(await refusal(client.call('LOCK', name))).to.equal('LOCKED');
    }
    const waiting = other.call('LOCK', name, 'WAIT', '5000');
    expect(await one.call('PUT', name, 'x')).to.equal(1);
    expect(await waiting).to.have.property('1', 1);
    expect(await one.call('GET', name)).to.equal('x');
    expect(await refusal(one.call('PUT', name, 'y'))).to.equal('NOTLOCKED');
  });

  it('adds up what both have counted and have open', async () => {
    const [one, other] = await oneOfEach();
    const echoes: Labels = { command: 'echo', outcome: 'ok' };
    const before = await read();
    await Promise.all([one.echo('a'), one.echo('a'), other.echo('a')]);
    const after = await read();
    const difference = (metric: string, labels: Labels): number =>
      (after.value(metric, labels) ?? Number.NaN) - (before.value(metric, labels) ?? Number.NaN);
    expect(difference('candado_commands_total', echoes)).to.equal(3);
    expect(difference('candado_command_duration_seconds_count', { command: 'echo' })).to.equal(3);
    expect(after.value('candado_connections_open', { dialect: 'resp' })).to.equal(clients.length);
    expect(after.value('candado_workers_ready')).to.equal(2);
    expect(after.value('candado_redis_up')).to.equal(1);
  });

  it('is ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.httpPort}/readyz`);
    expect([answer.status, await answer.text()]).to.deep.equal([200, 'ready\n']);
  });

  it('replaces one that is killed, which those of the other do not notice', async () => {
    const [one, other] = await oneOfEach();
    await other.call('LOCK', name);
    await Promise.all([one.ping(), other.ping()]);
    const before = await read();
    const gone = await workerOf(one);
    const number = [...workers(server)].find(([, pid]) => pid === gone)?.[0] ?? 0;
    const lost = new Promise((resolve) => one.once('close', resolve));

    process.kill(gone, 'SIGKILL');
    await lost;
    await eventually('the worker has ended', async () => {
      return (await read()).value('candado_workers_lost_total') === 1;
    });
    const between = await read();
    await eventually('there is another', () =>
      Promise.resolve(workers(server).get(number) !== gone),
    );

    const [again] = await oneOfEach();
    expect(await workerOf(again)).not.to.equal(gone);
    for (const metric of ['candado_commands_total', 'candado_connections_total']) {
      expect(between.value(metric), metric).to.be.at.least(before.value(metric) ?? Number.NaN);
      expect((await read()).value(metric), metric).to.be.above(before.value(metric) ?? Number.NaN);
    }
    expect(await other.call('RENEW', name)).to.be.a('number');
    expect(await other.call('PUT', name, 'x')).to.equal(1);
  });

  it('closes the connection that one was about to take which hung, and is killed', async () => {
    await bothReady();
    const [hung = 0] = workers(server).values();
    process.kill(hung, 'SIGSTOP');
    // It is handed one of them; the next could only be handed to it when it has taken that one.
    const four = await Promise.all([1, 2, 3, 4].map(() => RawClient.connect(server.port)));
    const answered = (): RawClient[] => four.filter(({ received }) => received !== '');
    try {
      for (const client of four) client.send(request('PING'));
      await eventually('the other has taken all others', async () => answered().length === 3);
    } finally {
      process.kill(hung, 'SIGKILL');
    }
    const [silent] = four.filter((client) => !answered().includes(client));
    expect(await silent?.untilClosed()).to.equal('');
    expect(four.filter(({ closed }) => closed)).to.deep.equal([silent]);
    for (const client of four) client.close();
  });

  it('ends with 0 on SIGTERM, who waits is answered, and no process remains', async () => {
    await bothReady();
    const pids = [...workers(server).values()];
    const [one, other] = await oneOfEach();
    await one.call('LOCK', name);
    const waiting = refusal(other.call('LOCK', name, 'WAIT', '60000'));
    await eventually('it waits', async () => {
      return (await read()).value('candado_locks_waiting') === 1;
    });
    process.kill(server.pid, 'SIGTERM');
    expect(await server.exited).to.equal(0);
    expect(await waiting).to.equal('UNAVAILABLE');
    for (const pid of pids) expect(isAlive(pid), `${pid} lives`).to.equal(false);
    expect(linesOf(server).at(-1)).to.include({ event: 'server.stopped' });
  });
});

describe('Workers of the program', () => {
  let server: RunningServer;
  let pids: readonly number[];

  beforeEach(async () => {
    server = await startServer({
      REDIS_URL: sharedRedisUrl(),
      WORKERS: '2',
      ALLOW_REMOTE_SHUTDOWN: 'true',
    });
    pids = [...workers(server).values()];
  });

  afterEach(() => server.stop());

  const allEnd = (): Promise<void> =>
    eventually('they have ended', () => Promise.resolve(!pids.some(isAlive)));

  it('all stop where a client of one of them may stop the service', async () => {
    const client = await RawClient.connect(server.port);
    client.send('BYE\n');
    expect(await client.untilClosed()).to.equal('Bye\n');
    expect(await server.exited).to.equal(0);
    await allEnd();
  });

  it('end at once at a second signal, also one that hangs', async () => {
    const [hung = 0] = pids;
    process.kill(hung, 'SIGSTOP');
    process.kill(server.pid, 'SIGTERM');
    await eventually('it stops', () => {
      return Promise.resolve(linesOf(server).some(({ event }) => event === 'server.draining'));
    });
    process.kill(server.pid, 'SIGINT');
    expect(await server.exited).to.equal(1);
    await allEnd();
  });

  it('finish what they do, and end, when their primary is killed', async () => {
    const client = await RawClient.connect(server.port);
    client.send(request('PING'));
    await client.until((all) => all.endsWith('\r\n'));
    process.kill(server.pid, 'SIGKILL');
    await client.untilClosed();
    await allEnd();
    const stopped = linesOf(server).filter(({ event }) => event === 'server.stopped');
    expect(stopped.map(({ worker }) => worker)).to.have.members([1, 2]);
  });
});

/** The process that a client was handed to. */
async function workerOf(client: Redis): Promise<number> {
  return Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
}

/** The workers that are ready, or were last, by number. */
function workers(server: RunningServer): ReadonlyMap<number, number> {
  const ready = linesOf(server).filter(({ event }) => event === 'worker.ready');
  return new Map(ready.map(({ worker = 0, pid = 0 }) => [worker, pid]));
}

function linesOf({ log }: RunningServer): Line[] {
  return log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);
}

/** One that has ended may be listed until its parent has asked how, or that of all orphans has. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
