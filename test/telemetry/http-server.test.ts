import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { type CancelTimer, Clock } from '../../src/clock/clock.js';
import { HttpEndpoints } from '../../src/telemetry/http-endpoints.js';
import { CLOSE_GRACE_MS, HttpOptions } from '../../src/telemetry/http-options.js';
import { TelemetryServer } from '../../src/telemetry/http-server.js';
import { MetricsRegistry } from '../../src/telemetry/prometheus/metrics-registry.js';
import { PromFileObserver } from '../../src/telemetry/prometheus/prom-file-observer.js';
import { Readiness } from '../../src/telemetry/readiness.js';
import { RecordingLog } from './recording-log.js';

class FakeReadiness extends Readiness {
  reasons: readonly string[] = [];

  override async problems(): Promise<readonly string[]> {
    return this.reasons;
  }
}

/** A registry whose rendering the test ends. */
class HeldUpRegistry extends MetricsRegistry {
  readonly asked = Promise.withResolvers<void>();
  readonly rendered = Promise.withResolvers<string>();

  override render(): Promise<string> {
    this.asked.resolve();
    return this.rendered.promise;
  }
}

class ManualClock extends Clock {
  readonly timers = new Map<() => void, number>();

  override epochMicros(): number {
    return 0;
  }

  override epochMicrosAt(): number {
    return 0;
  }

  override monotonicMs(): number {
    return 0;
  }

  override after(delayMs: number, callback: () => void): CancelTimer {
    this.timers.set(callback, delayMs);
    return () => this.timers.delete(callback);
  }
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('TelemetryServer', () => {
  let readiness: FakeReadiness;
  let clock: ManualClock;
  let log: RecordingLog;
  let server: TelemetryServer;
  let port: number;

  const start = async (registry: MetricsRegistry, requestTimeoutMs?: number): Promise<void> => {
    server = new TelemetryServer(
      new HttpEndpoints(registry, readiness),
      new HttpOptions('127.0.0.1', 0, requestTimeoutMs),
      clock,
      log,
    );
    ({ port } = await server.listen());
  };

  beforeEach(async () => {
    readiness = new FakeReadiness();
    clock = new ManualClock();
    log = new RecordingLog();
    const registry = new MetricsRegistry();
    new PromFileObserver(registry).viewRepaired('found');
    await start(registry);
  });

  afterEach(async () => {
    await server.close();
  });

  async function ask(path: string, method = 'GET', agent?: Agent): Promise<Answer> {
    const options = { host: '127.0.0.1', port, path, method, agent: agent ?? false } as const;
    const asked = request(options).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  it('picks a free port and logs it', () => {
    expect(port).to.be.above(0);
    expect(log.events).to.deep.equal([
      { level: 'info', event: 'http.listening', fields: { host: '127.0.0.1', port } },
    ]);
  });

  it('/metrics: what was counted, in the text format of Prometheus', async () => {
    const { status, headers, body } = await ask('/metrics');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(body).to.include('\ncandado_view_repairs_total{result="found"} 1\n');
  });

  it('/healthz: 200 as long as the process lives, ready or not', async () => {
    readiness.reasons = ['draining'];
    expect(await ask('/healthz')).to.include({ status: 200, body: 'ok\n' });
  });

  it('/readyz: 200, or 503 with the reasons', async () => {
    expect(await ask('/readyz')).to.include({ status: 200, body: 'ready\n' });
    readiness.reasons = ['draining', 'lock table unreachable'];
    expect(await ask('/readyz')).to.include({
      status: 503,
      body: 'draining\nlock table unreachable\n',
    });
    readiness.reasons = [];
    expect(await ask('/readyz?from=haproxy')).to.include({ status: 200 });
  });

  it('404: says what there is', async () => {
    for (const path of ['/', '/metric', '/metrics/', '/__proto__', '//readyz']) {
      const { status, body } = await ask(path);
      expect(status, path).to.equal(404);
      expect(body).to.include('/metrics\n/healthz\n/readyz\n');
    }
  });

  it('405: names the methods there are', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask('/readyz', method);
      expect(status, method).to.equal(405);
      expect(headers.allow).to.equal('GET, HEAD');
    }
  });

  it('HEAD: the same headers without the body', async () => {
    for (const path of ['/metrics', '/readyz', '/nothing']) {
      const got = await ask(path);
      const headed = await ask(path, 'HEAD');
      expect(headed.status).to.equal(got.status);
      expect(headed.headers['content-length']).to.equal(got.headers['content-length']);
      expect(headed.headers['content-type']).to.equal(got.headers['content-type']);
      expect(headed.body).to.equal('');
    }
  });

  it('tells nobody to keep an answer', async () => {
    expect((await ask('/readyz')).headers['cache-control']).to.equal('no-store');
  });

  it('answers HTTP/1.0 without a Host header, as health checks ask', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.end('GET /readyz HTTP/1.0\r\n\r\n');
    expect(await text(socket)).to.match(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nready\n$/);
  });

  it('refuses headers beyond its limit', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /readyz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`);
    expect(await text(socket)).to.match(/^HTTP\/1\.1 431 /);
  });

  it('cuts a request that does not come to its end', async () => {
    await server.close();
    await start(new MetricsRegistry(), 100);
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /readyz HTTP/1.1\r\nHost: a\r\n');
    expect(await text(socket)).to.match(/^HTTP\/1\.1 408 /);
  });

  it('answers 500 and logs when something fails', async () => {
    readiness.problems = () => {
      throw new Error('broken');
    };
    const { status, body } = await ask('/readyz');
    expect(status).to.equal(500);
    expect(body).to.not.include('broken');
    expect(log.events.at(-1)).to.include({ level: 'error', event: 'http.failed' });
    expect(log.events.at(-1)?.fields['err']).to.have.property('message', 'broken');
  });

  it('says why it cannot listen', async () => {
    const second = new TelemetryServer(
      new HttpEndpoints(new MetricsRegistry(), readiness),
      new HttpOptions('127.0.0.1', port),
      clock,
      log,
    );
    const error: unknown = await second.listen().catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'EADDRINUSE');
    await second.close();
  });

  describe('when it is closed', () => {
    const refused = (): Promise<unknown> => {
      const socket: Socket = connect(port, '127.0.0.1');
      return once(socket, 'connect').catch((error: unknown) => error);
    };

    it('does not wait for idle connections, and is closed', async () => {
      const agent = new Agent({ keepAlive: true });
      await ask('/readyz', 'GET', agent);
      await server.close();
      expect(await refused()).to.have.property('code', 'ECONNREFUSED');
      await server.close();
      agent.destroy();
    });

    it('lets an answer under way get through', async () => {
      await server.close();
      const registry = new HeldUpRegistry();
      await start(registry);
      const answer = ask('/metrics');
      await registry.asked.promise;
      const closing = server.close();
      registry.rendered.resolve('the rest\n');
      expect(await answer).to.include({ status: 200, body: 'the rest\n' });
      await closing;
      expect(clock.timers.size).to.equal(0);
    });

    it('cuts what takes longer than its grace', async () => {
      await server.close();
      const registry = new HeldUpRegistry();
      await start(registry);
      const answer = ask('/metrics').catch((error: unknown) => error);
      await registry.asked.promise;
      const closing = server.close();
      const [[cut, delayMs] = []] = clock.timers;
      expect(delayMs).to.equal(CLOSE_GRACE_MS);
      cut?.();
      expect(await answer).to.have.property('code', 'ECONNRESET');
      await closing;
    });
  });
});
