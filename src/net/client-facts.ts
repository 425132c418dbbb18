import type { Socket } from 'node:net';
import type { CommandContext, ConnectionHandle } from '../commands/context.js';
import type { PushReply, Reply } from '../commands/reply.js';
import { lostPush, waitedForPush } from '../commands/session-pushes.js';
import { eventMessage } from '../commands/subscription/messages.js';
import type { DialectName } from '../dialects/dialect.js';
import type { ChangeEvent } from '../events/event-feed.js';
import { Subscriptions } from '../events/subscriber.js';
import type { HeldLock, Session, SessionListener } from '../sessions/session.js';
import type { Log } from '../telemetry/log.js';
import type { ConnectionIdentity, ConnectionServices } from './connection-services.js';
import { joined } from './proxy-header.js';

/** What is known of a connection's client, and what it is told without having asked. */
export abstract class ClientFacts implements CommandContext, ConnectionHandle, SessionListener {
  readonly id: number;
  readonly remoteAddress: string;
  readonly dialect: DialectName;
  readonly openedAtMs: number;
  protocol: 2 | 3 = 2;
  clientName = '';
  libraryName = '';
  libraryVersion = '';
  lastCommand = '';
  lastCommandAtMs: number;

  readonly subscriptions = new Subscriptions();

  #session: Session;

  constructor(
    protected readonly socket: Socket,
    identity: ConnectionIdentity,
    protected readonly services: ConnectionServices,
  ) {
    this.id = identity.id;
    this.#session = identity.session;
    this.#session.listener = this;
    this.remoteAddress = identity.remoteAddress;
    this.dialect = identity.dialect.name;
    this.openedAtMs = services.clock.monotonicMs();
    this.lastCommandAtMs = this.openedAtMs;
  }

  abstract readonly signal: AbortSignal;
  abstract end(): Promise<void>;

  /** Sends what answers no command. */
  protected abstract send(message: PushReply): void;

  get session(): Session {
    return this.#session;
  }

  get connection(): ConnectionHandle {
    return this;
  }

  get localAddress(): string {
    return joined(this.socket.localAddress ?? '', this.socket.localPort ?? 0);
  }

  adopt(session: Session): void {
    this.#session.listener = undefined;
    this.#session = session;
    session.listener = this;
  }

  push(items: readonly Reply[]): void {
    if (this.protocol === 3) this.send({ kind: 'push', items });
  }

  lost(lock: HeldLock): void {
    this.push(lostPush(lock));
  }

  waitedFor(lock: HeldLock, waiting: number): void {
    this.push(waitedForPush(lock, waiting));
  }

  tell(event: ChangeEvent, pattern: string | undefined): void {
    this.send(eventMessage(event, pattern));
  }

  /** Made for each line: most connections never have one. */
  protected get log(): Log {
    return this.services.log.child({
      conn: this.id,
      session: this.session.id,
      remote: this.remoteAddress,
    });
  }
}
