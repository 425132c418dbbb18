import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { CommandObserver } from '../commands/command-observer.js';
import { CommandRegistry } from '../commands/registry.js';
import { Subscribers } from '../events/subscribers.js';
import type { SessionId } from '../locks/model.js';
import { KeptSessions } from '../sessions/kept-sessions.js';
import { Session } from '../sessions/session.js';
import { Log } from '../telemetry/log.js';
import { Connection } from './connection.js';
import { ConnectionObserver } from './connection-observer.js';
import type { ConnectionServices } from './connection-services.js';
import { Connections } from './connections.js';
import { DialectFactory } from './dialect-factory.js';
import { NetOptions } from './options.js';
import { joined } from './proxy-header.js';
import { type Arrival, Reception, type ReceptionRules } from './reception.js';
import { SocketReads } from './socket-reads.js';
import { TrustedNetworks } from './trusted-networks.js';

/** The one port: accepts connections within the limit and hands them their dialect. */
@injectable()
export class TcpServer {
  readonly #server: Server;
  readonly #rules: ReceptionRules;
  readonly #services: ConnectionServices;
  /** Every accepted socket that is not yet closed, also before its dialect is known. */
  readonly #reads = new SocketReads();
  readonly #sockets = new Set<Socket>();
  readonly #closing = new Set<Promise<void>>();
  #nextId = 1;
  #draining = false;

  constructor(
    private readonly options: NetOptions,
    private readonly connections: Connections,
    private readonly dialects: DialectFactory,
    private readonly observer: ConnectionObserver,
    private readonly clock: Clock,
    private readonly log: Log,
    registry: CommandRegistry,
    kept: KeptSessions,
    commandObserver: CommandObserver,
    subscribers: Subscribers,
  ) {
    const { idleTimeoutMs } = options;
    this.#services = {
      registry,
      kept,
      subscribers,
      clock,
      log,
      observer,
      commandObserver,
      idleTimeoutMs,
    };
    this.#rules = {
      proxyProtocol: options.proxyProtocol,
      trusted: new TrustedNetworks(options.trustedProxies),
    };
    const accepting = { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: true };
    this.#server = createServer(accepting, (socket) => this.#accept(socket));
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** @returns the port, chosen by the system where 0 was asked for */
  async listen(): Promise<number> {
    this.#server.listen({ host: this.options.host, port: this.options.port });
    await once(this.#server, 'listening');
    this.#server.on('error', (err) => {
      this.log.error('server.accept-failed', 'A connection could not be accepted', { err });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * No new connections; what was read is finished, who waits is answered, then everything is
   * closed. What is not done after `timeoutMs` is cut.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) {
      if (socket.listenerCount('drain') === 0) socket.destroy(); // no dialect yet: nothing to finish
    }
    for (const connection of this.connections) connection.drain();
    const cancel = this.clock.after(timeoutMs, () => {
      if (this.#sockets.size === 0) return;
      this.log.warn('server.drain-timeout', 'Connections that do not finish are cut', {
        connections: this.#sockets.size,
      });
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    await Promise.all(this.#closing);
    cancel();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined); // 'close' follows and is where a connection ends
    if (this.#draining) {
      this.observer.rejected('draining');
      socket.destroy();
      return;
    }
    if (this.#sockets.size >= this.options.maxConnections) {
      this.observer.rejected('limit');
      socket.end('-BUSY too many connections (MAX_CONNECTIONS); try again later\r\n');
      socket.destroySoon();
      return;
    }
    this.observer.opened('unknown');
    this.#receive(socket);
  }

  #receive(accepted: Socket): void {
    let connection: Connection | undefined;
    const socket = this.#reads.reopen(accepted, {
      take: (bytes) => (connection ?? reception).feed(bytes),
      room: () => connection?.room(),
    });
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // as above
    const reception = new Reception(
      socket,
      this.#rules,
      this.clock,
      this.log,
      (arrival) => {
        connection = this.#open(socket, arrival);
        connection.feed(arrival.firstBytes);
      },
      (reason) => this.observer.rejected(reason),
    );
    socket.setTimeout(this.options.idleTimeoutMs, () => {
      if (connection === undefined) socket.destroy();
    });
    socket.on('end', () => {
      if (connection === undefined) socket.destroy();
    });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.observer.closed(connection?.dialect ?? 'unknown');
    });
  }

  #open(socket: Socket, arrival: Arrival): Connection {
    this.observer.identified(arrival.dialect);
    const connection = new Connection(
      socket,
      {
        id: this.#nextId++,
        session: new Session(randomUUID() as SessionId, arrival.remoteAddress),
        dialect: this.dialects.make(arrival.dialect),
        remoteAddress: arrival.remoteAddress,
        localAddress: joined(socket.localAddress ?? '', socket.localPort ?? 0),
      },
      this.#services,
    );
    this.connections.add(connection);
    const closed = connection.closed.finally(() => {
      this.connections.remove(connection);
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
    return connection;
  }
}
