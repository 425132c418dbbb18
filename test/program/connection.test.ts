import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { RawClient, request } from '../support/raw-client.js';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

const PONG = '+PONG\r\n';

describe('A connection to the program', () => {
  let server: RunningServer | undefined;

  const start = async (settings: Readonly<Record<string, string>> = {}): Promise<RunningServer> => {
    server = await startServer(settings);
    return server;
  };

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('gets the replies to one read in one write', async () => {
    const { port } = await start();
    const client = await RawClient.connect(port);
    const chunks: string[] = [];
    client.socket.on('data', (chunk: string) => chunks.push(chunk));
    client.send(request('PING').repeat(500));
    await client.until((received) => received.length === PONG.length * 500);
    expect(chunks).to.have.length(1);
    client.close();
  });

  it('is answered what it asked before it stopped sending', async () => {
    const { port } = await start();
    const client = await RawClient.connect(port);
    client.socket.end(request('LOCK', 'a') + request('PUT', 'a', 'x') + request('GET', 'a'));
    expect(await client.untilClosed()).to.match(
      /^\*4\r\n:\d+\r\n:0\r\n:30000\r\n:0\r\n:1\r\n\$1\r\nx\r\n$/,
    );
  });

  it('gives up its place in a queue when it goes', async () => {
    const { port } = await start();
    const holder = redisClient('127.0.0.1', port);
    await holder.call('LOCK', 'a');
    const waiter = await RawClient.connect(port);
    waiter.send(request('LOCK', 'a', 'WAIT', '60000'));
    const waiting = async (): Promise<unknown> =>
      fieldsOf(((await holder.call('LOCKS')) as unknown[])[0])['waiting'];
    while ((await waiting()) !== 1);
    waiter.close();
    while ((await waiting()) !== 0);
    holder.disconnect();
  });

  it('is cut off when it does not read, while others are served and memory stays bounded', async () => {
    const { port, pid } = await start();
    const greedy = await RawClient.connect(port);
    const client = redisClient('127.0.0.1', port);
    await client.call('PUT', 'big', Buffer.alloc(4_000_000, 'x'), 'VERSION', '0');
    greedy.socket.pause();
    greedy.send(request('GET', 'big').repeat(500));
    for (let round = 0; round < 20; round++)
      expect(await client.call('GET', 'none')).to.equal(null);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const peakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    expect(peakBytes).to.be.below(256 * 1024 * 1024);
    greedy.close();
    client.disconnect();
  });

  it('is closed when idle, unless it holds a lock', async () => {
    const { port } = await start({ IDLE_TIMEOUT_MS: '300', TEXT_QUIET_MS: '50' });
    const idle = await RawClient.connect(port);
    const holder = await RawClient.connect(port);
    holder.send(request('LOCK', 'a'));
    await holder.until((received) => received.endsWith(':30000\r\n:0\r\n'));
    idle.send(request('PING'));
    expect(await idle.untilClosed()).to.equal(PONG);
    holder.send(request('PING'));
    expect(await holder.until((received) => received.endsWith(PONG))).to.match(/PONG/);
    holder.send(request('UNLOCK', 'a'));
    await holder.untilClosed();
  });

  it('is refused over the limit, with a reason', async () => {
    const { port } = await start({ MAX_CONNECTIONS: '1' });
    const first = await RawClient.connect(port);
    first.send(request('PING'));
    await first.until((received) => received === PONG);
    const second = await RawClient.connect(port);
    expect(await second.untilClosed()).to.match(/^-BUSY .*MAX_CONNECTIONS/);
    first.close();
  });

  it('is refused a content over the limit, and told which', async () => {
    const { port } = await start({ MAX_FILE_BYTES: '1000' });
    const client = await RawClient.connect(port);
    client.send(request('PUT', 'a', 'x'.repeat(1_001), 'VERSION', '0'));
    expect(await client.untilClosed()).to.match(/^-TOOBIG .*MAX_FILE_BYTES/);
  });

  it('is refused TLS, with a line in the log', async () => {
    const running = await start();
    const client = await RawClient.connect(running.port);
    client.send(Buffer.from('16030100050100000100', 'hex'));
    expect(await client.untilClosed()).to.equal('');
    expect(running.log.join('\n')).to.match(/connection\.rejected.*TLS/);
  });

  it('is known by the address in its PROXY header', async () => {
    const { port } = await start({ PROXY_PROTOCOL: 'v1', TRUSTED_PROXIES: '127.0.0.0/8' });
    const client = await RawClient.connect(port);
    client.send(`PROXY TCP4 192.0.2.9 192.0.2.1 4711 6780\r\n${request('CLIENT', 'INFO')}`);
    const info = await client.until((received) => received.endsWith('\n\r\n'));
    expect(info).to.include('addr=192.0.2.9:4711');
    client.close();
    const without = await RawClient.connect(port);
    without.send(request('PING'));
    expect(await without.untilClosed()).to.equal('');
  });

  it('is refused from elsewhere than a trusted proxy', async () => {
    const { port } = await start({ PROXY_PROTOCOL: 'v1', TRUSTED_PROXIES: '192.0.2.0/24' });
    const client = await RawClient.connect(port);
    client.send(`PROXY TCP4 192.0.2.9 192.0.2.1 4711 6780\r\n${request('PING')}`);
    expect(await client.untilClosed()).to.equal('');
  });

  it('is told to send again elsewhere what it was sending when the program stops', async () => {
    const running = await start();
    const watcher = redisClient('127.0.0.1', running.port);
    const uploader = await RawClient.connect(running.port);
    const whole = request('PUT', 'a', 'x'.repeat(1_000_000), 'VERSION', '0');
    uploader.send(whole.slice(0, whole.length / 2));
    while (!String(await watcher.call('CLIENT', 'LIST')).includes('cmd=put'));
    expect(await running.stop()).to.equal(0);
    expect(await uploader.untilClosed()).to.match(/^-UNAVAILABLE .*shutting down.*send it again/);
  });

  it('is answered while the program stops, which then exits with 0', async () => {
    const running = await start();
    const holder = redisClient('127.0.0.1', running.port);
    const waiter = redisClient('127.0.0.1', running.port);
    await holder.call('LOCK', 'a');
    const waiting = refusal(waiter.call('LOCK', 'a', 'WAIT', '60000'));
    const entries = async (): Promise<unknown[]> => (await holder.call('LOCKS')) as unknown[];
    while (fieldsOf((await entries())[0])['waiting'] !== 1);
    expect(await running.stop()).to.equal(0);
    expect(await waiting).to.equal('UNAVAILABLE');
  });

  it('holds nothing after BYE, even if its client stays half-open', async () => {
    const { port } = await start();
    const one = await RawClient.connect(port);
    one.send('LOCK a\n');
    await one.until((received) => received.includes('SUCCESS'));
    one.send('BYE\n');
    await one.until((received) => received.endsWith('Bye\n'));
    const other = redisClient('127.0.0.1', port);
    expect(await other.call('LOCK', 'a', 'WAIT', '900')).to.have.length(4);
    other.disconnect();
    expect(await one.untilClosed()).to.match(/Bye\n$/);
  });

  it('is answered its unfinished free text when the program stops', async () => {
    const running = await start({ TEXT_QUIET_MS: '10000' });
    const client = await RawClient.connect(running.port);
    client.send('hola servidor');
    const observer = redisClient('127.0.0.1', running.port);
    while (!String(await observer.call('CLIENT', 'LIST')).includes('id=1 '));
    expect(await running.stop()).to.equal(0);
    expect(await client.untilClosed()).to.equal('Hi TCP Client');
  });

  it('has all of a text that is arriving under a lock made content when the program stops', async () => {
    const running = await start({ TEXT_QUIET_MS: '2000' });
    const client = await RawClient.connect(running.port);
    client.send('LOCK a\n');
    await client.until((received) => received.endsWith('\n'));
    client.send('one half, ');
    const received = async (): Promise<string> =>
      await (await fetch(`http://127.0.0.1:${running.httpPort}/metrics`)).text();
    while (!(await received()).includes('candado_received_bytes_total{dialect="text"} 17'));
    process.kill(running.pid, 'SIGTERM');
    while (!running.log.some((line) => line.includes('server.draining'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send('the other half');
    expect(await client.untilClosed()).to.match(/File has been modified$/);
    expect(await running.exited).to.equal(0);
    const content = await readFile(join(running.filesRoot, 'a'), 'utf8');
    expect(content).to.equal('one half, the other half');
  });

  it('is read on while one command is longer than what is read ahead', async () => {
    const { port } = await start();
    const client = await RawClient.connect(port);
    client.send(request('PING', ...Array.from({ length: 12 }, () => 'x'.repeat(40_000))));
    expect(await client.until((received) => received.endsWith('\r\n'))).to.match(/^-ERR wrong/);
    client.close();
  });

  it('stops the program only where that is allowed', async () => {
    const running = await start({ ALLOW_REMOTE_SHUTDOWN: 'true' });
    const client = await RawClient.connect(running.port);
    client.send('BYE');
    expect(await client.untilClosed()).to.equal('Bye');
    expect(await running.exited).to.equal(0);
  });
});
