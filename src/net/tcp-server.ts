import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../clock/clock.js';
import { CommandObserver } from '../commands/command-observer.js';
import { CommandRegistry } from '../commands/registry.js';
import { Subscribers } from '../events/subscribers.js';
import type { SessionId } from '../locks/model.js';
import { KeptSessions } from '../sessions/kept-sessions.js';
import { Session } from '../sessions/session.js';
import { Log } from '../telemetry/log.js';
import { BusyPoll } from './busy-poll.js';
import { Connection } from './connection.js';
import { ConnectionObserver } from './connection-observer.js';
import type { ConnectionServices } from './connection-services.js';
import { Connections } from './connections.js';
import { DialectFactory } from './dialect-factory.js';
import { Guest, type House, LOOKS_TILL_IDLE } from './guest.js';
import { NetOptions } from './options.js';
import type { Arrival } from './reception.js';
import { SocketReads } from './socket-reads.js';
import { TrustedNetworks } from './trusted-networks.js';

/** The one port: accepts connections within the limit and hands them their dialect. */
@injectable()
export class TcpServer {
  readonly #server: Server;
  readonly #services: ConnectionServices;
  readonly #house: House;
  /** Whose sockets are not yet closed, also before their dialect is known. */
  readonly #guests = new Set<Guest>();
  /** Of connections whose sockets are closed: until all they held has been released. */
  readonly #closing = new Set<Promise<void>>();
  #stopWatching: CancelTimer | undefined;
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
    this.#services = {
      ...{ registry, kept, subscribers, clock, log, observer, commandObserver },
      busyPoll: new BusyPoll(clock, options.busyPoll),
    };
    this.#house = {
      reads: new SocketReads(),
      rules: {
        proxyProtocol: options.proxyProtocol,
        trusted: new TrustedNetworks(options.trustedProxies),
      },
      ...{ clock, log, observer },
      open: (socket, arrival) => this.#open(socket, arrival),
      left: (guest) => this.#left(guest),
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
    this.#watchIdle();
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
    for (const { connection, socket } of this.#guests) {
      if (connection === undefined)
        socket.destroy(); // no dialect yet: nothing to finish
      else connection.drain();
    }
    const cancel = this.clock.after(timeoutMs, () => {
      if (this.#guests.size === 0) return;
      this.log.warn('server.drain-timeout', 'Connections that do not finish are cut', {
        connections: this.#guests.size,
      });
      for (const { socket } of this.#guests) socket.destroy();
    });
    await closed;
    await Promise.all([...this.#guests].map(({ connection }) => connection?.closed));
    await Promise.all(this.#closing);
    cancel();
    this.#stopWatching?.();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined); // 'close' follows and is where a connection ends
    if (this.#draining) {
      this.observer.rejected('draining');
      socket.destroy();
      return;
    }
    if (this.#guests.size >= this.options.maxConnections) {
      this.observer.rejected('limit');
      socket.end('-BUSY too many connections (MAX_CONNECTIONS); try again later\r\n');
      socket.destroySoon();
      return;
    }
    this.observer.opened('unknown');
    this.#guests.add(new Guest(socket, this.#house));
  }

  /** One timer for all: one each took memory, and was wound up at each read and each write. */
  #watchIdle(): void {
    const { idleTimeoutMs } = this.options;
    if (idleTimeoutMs === 0) return;
    this.#stopWatching = this.clock.after(idleTimeoutMs / LOOKS_TILL_IDLE, () => {
      for (const guest of this.#guests) guest.look();
      this.#watchIdle();
    });
  }

  #open(socket: Socket, arrival: Arrival): Connection {
    this.observer.identified(arrival.dialect);
    const connection = new Connection(
      socket,
      {
        id: this.#nextId++,
        session: new Session(freshSessionId(), arrival.remoteAddress),
        dialect: this.dialects.make(arrival.dialect),
        remoteAddress: arrival.remoteAddress,
      },
      this.#services,
    );
    this.connections.add(connection);
    return connection;
  }

  #left(guest: Guest): void {
    this.#guests.delete(guest);
    const { connection } = guest;
    if (connection === undefined) return;
    const closed = connection.closed.finally(() => {
      this.connections.remove(connection);
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }
}

/** In one piece: as it is made it is a rope of twenty, of ten times its size. */
function freshSessionId(): SessionId {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1') as SessionId;
}
