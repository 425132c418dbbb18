import { expect } from 'chai';
import { Redis } from 'ioredis';
import { scrape } from '../integration/support/scrape.js';
import { RawClient, request } from '../support/raw-client.js';
import { redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

/** Two clients of one process: one changes, another one listens. */
describe('Subscribers of the program', () => {
  let server: RunningServer;
  let writer: Redis;
  const open: { disconnect(): void }[] = [];

  before(async () => {
    server = await startServer({});
  });

  beforeEach(() => {
    writer = redisClient('127.0.0.1', server.port);
    open.push(writer);
  });

  afterEach(() => {
    for (const client of open.splice(0)) client.disconnect();
  });

  after(() => server.stop());

  const raw = async (...requests: readonly (readonly string[])[]): Promise<RawClient> => {
    const client = await RawClient.connect(server.port);
    open.push({ disconnect: () => client.close() });
    for (const words of requests) client.send(request(...words));
    return client;
  };

  const bulks = (...texts: readonly string[]): string =>
    texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('');

  /** What a client got, without the answer to HELLO. */
  const after3 = (received: string): string => received.slice(received.indexOf('*0\r\n') + 4);

  for (const protocol of [2, 3] as const) {
    it(`are told of changes and locks through ioredis, RESP${protocol}`, async () => {
      const reader = new Redis({
        host: '127.0.0.1',
        port: server.port,
        protocol,
        retryStrategy: () => null,
      });
      reader.on('error', () => undefined);
      open.push(reader);
      const name = `ioredis/${protocol}.txt`;
      expect(await reader.subscribe(`file:${name}`, `lock:${name}`)).to.equal(2);
      expect(await reader.psubscribe('file:ioredis/*')).to.equal(3);
      const told: string[][] = [];
      const { promise: done, resolve } = Promise.withResolvers<void>();
      reader.on('message', (...message: string[]) => {
        told.push(message);
        if (message[1]?.includes('"released"')) resolve();
      });
      reader.on('pmessage', (...message: string[]) => told.push(message));
      const [token] = (await writer.call('LOCK', name)) as number[];
      await writer.call('PUT', name, 'año', 'KEEP');
      await writer.call('DELETE', name);
      await done;
      const put = '{"event":"put","version":1,"size":4}';
      const gone = '{"event":"delete","version":2}';
      const channel = `file:${name}`;
      expect(
        told.map(([first, ...rest]) => (first?.startsWith('lock:') ? [first] : [first, ...rest])),
      ).to.deep.equal([
        [`lock:${name}`],
        [channel, put],
        ['file:ioredis/*', channel, put],
        [channel, gone],
        ['file:ioredis/*', channel, gone],
        [`lock:${name}`],
      ]);
      const events = told.filter(([first]) => first === `lock:${name}`);
      const [granted, released] = events.map(([, message]) => JSON.parse(message ?? ''));
      expect(granted).to.deep.include({ event: 'granted', mode: 'exclusive', token, holder: '' });
      expect(granted.address).to.match(/^127\.0\.0\.1:\d+$/);
      expect(released).to.deep.equal({ event: 'released', mode: 'exclusive', token });
      expect(await reader.punsubscribe('file:ioredis/*')).to.equal(2);
      expect(await reader.unsubscribe()).to.equal(0);
      expect(await reader.call('TIME')).to.have.length(2);
    });
  }

  it('get pushes in RESP3, beside the replies to all commands', async () => {
    const reader = await raw(['HELLO', '3'], ['SUBSCRIBE', 'file:raw3', 'lock:raw3'], ['PING']);
    await reader.until((received) => received.endsWith('+PONG\r\n'));
    await writer.call('PUT', 'raw3', 'x', 'VERSION', '0');
    await reader.until((received) => received.includes('"put"'));
    reader.send(request('GET', 'raw3') + request('UNSUBSCRIBE') + request('UNSUBSCRIBE'));
    const put = '{"event":"put","version":1,"size":1}';
    const received = after3(await reader.until((all) => all.endsWith('_\r\n:0\r\n')));
    expect(received).to.equal(
      `>3\r\n${bulks('subscribe', 'file:raw3')}:1\r\n>3\r\n${bulks('subscribe', 'lock:raw3')}:2\r\n` +
        `+PONG\r\n>3\r\n${bulks('message', 'file:raw3', put)}$1\r\nx\r\n` +
        `>3\r\n${bulks('unsubscribe', 'file:raw3')}:1\r\n>3\r\n${bulks('unsubscribe', 'lock:raw3')}:0\r\n` +
        `>3\r\n${bulks('unsubscribe')}_\r\n:0\r\n`,
    );
  });

  it('get arrays in RESP2, and may send little else than PING', async () => {
    const reader = await raw(['PSUBSCRIBE', 'file:raw2*'], ['PING'], ['PING', 'hi'], ['TIME']);
    await reader.until((received) => received.includes('-ERR'));
    await writer.call('PUT', 'raw2', 'x', 'VERSION', '0');
    await reader.until((received) => received.includes('"put"'));
    reader.send(request('PUNSUBSCRIBE', 'file:raw2*') + request('PING') + request('UNSUBSCRIBE'));
    const received = await reader.until((all) => all.endsWith('$-1\r\n:0\r\n'));
    const put = '{"event":"put","version":1,"size":1}';
    expect(received.replace(/^-ERR Can't execute 'time'.*\r\n/m, '<refused>')).to.equal(
      `*3\r\n${bulks('psubscribe', 'file:raw2*')}:1\r\n*2\r\n${bulks('pong', '')}*2\r\n${bulks('pong', 'hi')}` +
        `<refused>*4\r\n${bulks('pmessage', 'file:raw2*', 'file:raw2', put)}` +
        `*3\r\n${bulks('punsubscribe', 'file:raw2*')}:0\r\n+PONG\r\n*3\r\n${bulks('unsubscribe')}$-1\r\n:0\r\n`,
    );
  });

  it('hear on the same connection what it does itself, before the reply', async () => {
    const own = await raw(['HELLO', '3'], ['SUBSCRIBE', 'file:own']);
    own.send(request('PUT', 'own', 'x', 'VERSION', '0'));
    const received = after3(
      await own.until((all) => all.endsWith('\r\n:1\r\n') && all.includes('put')),
    );
    expect(received).to.match(
      /^>3\r\n\$9\r\nsubscribe[^>]*>3\r\n\$7\r\nmessage[^>]*"put"[^>]*\}\r\n:1\r\n$/,
    );
  });

  it('hear while they wait for a lock, and are told of what concerns their own', async () => {
    await writer.call('LOCK', 'waited');
    const holder = await raw(['HELLO', '3'], ['LOCK', 'mine']);
    const reader = await raw(['HELLO', '3'], ['SUBSCRIBE', 'file:other']);
    reader.send(request('LOCK', 'waited', 'WAIT', '60000'));
    await reader.until((all) => all.includes('queued'));
    await writer.call('PUT', 'other', 'x', 'VERSION', '0');
    await reader.until((all) => all.includes('"put"'));
    await writer.call('UNLOCK', 'waited');
    await reader.until((all) => /\*4\r\n:\d+\r\n:0\r\n:30000\r\n:0\r\n$/.test(all));
    const third = await raw(['LOCK', 'mine', 'WAIT', '60000']);
    await holder.until((all) => all.endsWith(`>4\r\n${bulks('lock', 'waited-for', 'mine')}:1\r\n`));
    third.close();
  });

  it('are not idle', async () => {
    const impatient = await startServer({ IDLE_TIMEOUT_MS: '500' });
    try {
      const [reader, idle] = [
        await RawClient.connect(impatient.port),
        await RawClient.connect(impatient.port),
      ];
      reader.send(request('SUBSCRIBE', 'file:late'));
      idle.send(request('PING'));
      await idle.untilClosed();
      const again = redisClient('127.0.0.1', impatient.port);
      await again.call('PUT', 'late', 'x', 'VERSION', '0');
      expect(await reader.until((all) => all.includes('"put"'))).to.contain('message');
      again.disconnect();
      reader.close();
    } finally {
      await impatient.stop();
    }
  });

  it('hear nothing more after RESET, which lets them send everything again', async () => {
    const reader = await raw(['SUBSCRIBE', 'file:reset'], ['PSUBSCRIBE', '*'], ['RESET'], ['PING']);
    await reader.until((all) => all.endsWith('+PONG\r\n'));
    await writer.call('PUT', 'reset', 'x', 'VERSION', '0');
    reader.send(request('GET', 'reset'));
    expect(await reader.until((all) => all.endsWith('x\r\n'))).to.match(
      /:2\r\n\+RESET\r\n\+PONG\r\n\$1\r\nx\r\n$/,
    );
  });

  it('are shown, and counted until their connection ends', async () => {
    const metric = async (name: string): Promise<number | undefined> =>
      (await scrape(`http://127.0.0.1:${server.httpPort}`)).value(name, {});
    const [before, sent] = [
      await metric('candado_subscriptions'),
      (await metric('candado_events_sent_total')) ?? 0,
    ];
    const reader = await raw(['SUBSCRIBE', 'file:m', 'lock:m'], ['PSUBSCRIBE', 'file:m*']);
    await reader.until((all) => all.endsWith(':3\r\n'));
    const list = async (): Promise<string> =>
      String(await writer.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'));
    expect(await list()).to.match(/^id=\d+ .* flags=P db=0 sub=2 psub=1 [^\n]*\n$/);
    expect(await metric('candado_subscriptions')).to.equal((before ?? NaN) + 3);
    await writer.call('PUT', 'm', 'x', 'VERSION', '0');
    expect(await metric('candado_events_sent_total')).to.equal(sent + 2);
    expect(await metric('candado_subscribers_dropped_total')).to.equal(0);
    reader.close();
    while ((await metric('candado_subscriptions')) !== before);
    expect(await list()).to.equal('');
  });

  it('are refused where they ask for what is not there', async () => {
    expect(await refusal(writer.subscribe('news'))).to.equal('ERR');
    expect(await refusal(writer.subscribe('file:../x'))).to.equal('NAME');
    expect(await writer.ping()).to.equal('PONG');
  });

  it('do not exist among text connections', async () => {
    const text = await RawClient.connect(server.port);
    open.push({ disconnect: () => text.close() });
    text.send('LOCK text.txt\n');
    await text.until((all) => all.endsWith('\n'));
    await refusal(writer.call('LOCK', 'text.txt', 'WAIT', '50'));
    text.send('SUBSCRIBE file:text.txt\n');
    expect(await text.until((all) => all.includes('modified'))).to.equal(
      'SUCCESS: File has been asociated with your address\nFile has been modified',
    );
    expect(await writer.call('GET', 'text.txt')).to.equal('SUBSCRIBE file:text.txt\n');
  });

  it('are closed, and all others go on, where one does not read', async () => {
    const name = 'much/'.padEnd(240, 'x');
    // Each event is told once for each of these, and carries two long names.
    const patterns = Array.from({ length: 100 }, (_, at) => `file:much/${'x'.repeat(at)}*`);
    const slow = await raw(['PSUBSCRIBE', ...patterns]);
    await slow.until((all) => all.endsWith(':100\r\n'));
    slow.socket.pause();
    const other = await raw(['SUBSCRIBE', `file:${name}`]);
    await other.until((all) => all.endsWith(':1\r\n'));
    await writer.call('LOCK', name);
    const closed = (): boolean =>
      server.log.some((line) => line.includes('connection.slow-subscriber'));
    let version = 0;
    while (!closed()) version = (await writer.call('PUT', name, 'x', 'KEEP')) as number;
    slow.socket.resume();
    const received = await slow.untilClosed();
    expect(received).to.match(/\r\n-BUSY a slow subscriber: [^\r]*\r\n$/);
    const told = [...received.matchAll(/"version":(\d+)/g)].map(([, each]) => Number(each));
    const inOrder = told.map((_, at) => 1 + Math.floor(at / patterns.length));
    expect(told.join()).to.equal(inOrder.join());
    const last = await other.until((all) => all.includes(`"version":${version},`));
    expect(last).to.not.contain('-BUSY');
  });
});
