import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { type HttpAnswer, HttpEndpoints } from './http-endpoints.js';
import {
  CHECKS_PER_TIMEOUT,
  CLOSE_GRACE_MS,
  HttpOptions,
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  MAX_HTTP_CONNECTIONS,
  SOCKET_IDLE_MS,
} from './http-options.js';
import { Log } from './log.js';

/**
 * Serves what monitoring and load balancers ask for. Independent of the TCP service: it listens
 * before that one does and answers while that one drains.
 */
@injectable()
export class TelemetryServer {
  readonly #server;

  constructor(
    private readonly endpoints: HttpEndpoints,
    private readonly options: HttpOptions,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#server = createServer(
      {
        headersTimeout: options.requestTimeoutMs,
        requestTimeout: options.requestTimeoutMs,
        connectionsCheckingInterval: options.requestTimeoutMs / CHECKS_PER_TIMEOUT,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = MAX_HTTP_CONNECTIONS;
    this.#server.timeout = SOCKET_IDLE_MS;
  }

  /** @throws what the operating system says against it, as Node words it (`EADDRINUSE` …) */
  async listen(): Promise<{ readonly port: number }> {
    const { host, port } = this.options;
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address() as AddressInfo;
    this.log.info('http.listening', 'The HTTP endpoint is listening', { host, port: address.port });
    return { port: address.port };
  }

  /** Stops listening and ends idle connections; answers under way have a moment to get through. Safe to call again. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const cancel = this.clock.after(CLOSE_GRACE_MS, () => this.#server.closeAllConnections());
    await closed;
    cancel();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      send(response, 405, 'text/plain; charset=utf-8', 'only GET and HEAD\n');
      return;
    }
    try {
      const { status, contentType, body } = await this.#answer(request);
      send(response, status, contentType, body);
    } catch (err) {
      this.log.error('http.failed', 'A request to the HTTP endpoint failed', { err });
      send(response, 500, 'text/plain; charset=utf-8', 'failed; the log says why\n');
    }
  }

  async #answer({ url = '/' }: IncomingMessage): Promise<HttpAnswer> {
    const [path = '/'] = url.split('?', 1);
    return await this.endpoints.answer(path);
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body); // Node leaves it out where the request was HEAD
}
