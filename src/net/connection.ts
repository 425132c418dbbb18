import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.js';
import type { Command } from '../commands/command.js';
import type { CommandObserver } from '../commands/command-observer.js';
import type { CommandContext, ConnectionHandle } from '../commands/context.js';
import type { CommandRegistry } from '../commands/registry.js';
import type { Reply } from '../commands/reply.js';
import { lostPush, waitedForPush } from '../commands/session-pushes.js';
import { UploadAborted } from '../commands/upload.js';
import type { Dialect, DialectName } from '../dialects/dialect.js';
import type { KeptSessions } from '../sessions/kept-sessions.js';
import type { Session, SessionListener } from '../sessions/session.js';
import type { Log } from '../telemetry/log.js';
import type { ConnectionObserver } from './connection-observer.js';
import { CLOSE_LINGER_MS, READ_AHEAD_BYTES } from './limits.js';
import { QuietTimer } from './quiet-timer.js';
import { SlowReaderWatch } from './slow-reader.js';
import { SocketWriter } from './socket-writer.js';
import { TimeLatency } from './time-latency.js';
import { WaitGate } from './wait-gate.js';

const CUT_BY_DRAIN =
  'this replica is shutting down and had not got the whole content; nothing was changed: connect again and send it again';

/** What all connections share. */
export interface ConnectionServices {
  readonly registry: CommandRegistry;
  readonly kept: KeptSessions;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ConnectionObserver;
  readonly commandObserver: CommandObserver;
  readonly idleTimeoutMs: number;
}

/** What sets one connection apart. */
export interface ConnectionIdentity {
  readonly id: number;
  readonly session: Session;
  readonly dialect: Dialect;
  readonly remoteAddress: string;
  readonly localAddress: string;
}

/**
 * One client: bytes to commands to replies to bytes, strictly in order. A command that has to wait
 * holds back what was sent after it; what arrives meanwhile is read up to a limit, so that a
 * client that leaves is noticed.
 */
export class Connection implements CommandContext, ConnectionHandle {
  readonly id: number;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly dialect: DialectName;
  readonly openedAtMs: number;
  protocol: 2 | 3 = 2;
  clientName = '';
  libraryName = '';
  libraryVersion = '';
  lastCommand = '';
  lastCommandAtMs: number;

  /** Settles when the socket is closed and everything its session held has been released. */
  readonly closed: Promise<void>;

  #session: Session;
  readonly #dialect: Dialect;
  readonly #writer: SocketWriter;
  readonly #quiet: QuietTimer;
  readonly #slowReader: SlowReaderWatch;
  readonly #waits = new WaitGate();
  readonly #sessionListener: SessionListener = {
    lost: (lock) => this.push(lostPush(lock)),
    waitedFor: (lock, waiting) => this.push(waitedForPush(lock, waiting)),
  };
  readonly #log: Log;
  readonly #timeLatency: TimeLatency;
  #running: Promise<void> | undefined;
  #detached: Promise<void> | undefined;
  #leaving = false;
  /** The client ended its session; it will not come back. */
  #goodbye = false;
  #ended = false;
  #draining = false;

  constructor(
    private readonly socket: Socket,
    identity: ConnectionIdentity,
    private readonly services: ConnectionServices,
  ) {
    this.id = identity.id;
    this.#session = identity.session;
    this.#session.listener = this.#sessionListener;
    this.remoteAddress = identity.remoteAddress;
    this.localAddress = identity.localAddress;
    this.dialect = identity.dialect.name;
    this.openedAtMs = services.clock.monotonicMs();
    this.lastCommandAtMs = this.openedAtMs;
    this.#dialect = identity.dialect;
    this.#log = services.log.child({
      conn: this.id,
      session: this.session.id,
      remote: this.remoteAddress,
    });
    this.#timeLatency = new TimeLatency(services.clock, services.commandObserver);
    this.#quiet = new QuietTimer(services.clock, () => this.#onQuiet());
    this.#slowReader = new SlowReaderWatch(socket, services.clock, () => {
      this.#log.warn('connection.slow', 'A client does not read its replies and is cut off');
      socket.destroy();
    });
    this.#writer = new SocketWriter(
      socket,
      (bytes) => {
        services.observer.sent(this.dialect, bytes);
        if (socket.writableLength > 0) this.#slowReader.watch();
      },
      (err) => this.#log.error('reply.cut', 'A content could not be sent whole', { err }),
    );
    socket.setTimeout(services.idleTimeoutMs, () => this.#onIdle());
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#pump());
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve(this.#onClose()));
    });
  }

  get session(): Session {
    return this.#session;
  }

  get connection(): ConnectionHandle {
    return this;
  }

  get signal(): AbortSignal {
    return this.#waits.signal;
  }

  /** Bytes that arrived. */
  feed(bytes: Buffer): void {
    this.services.observer.received(this.dialect, bytes.length);
    if (this.#writer.closing) return;
    this.#dialect.feed(bytes, this.services.clock.epochMicros());
    this.#quiet.cancel();
    // Also while a command runs: what ends a message is the time on the wire, not ours.
    if (this.#dialect.quietMs > 0) this.#quiet.arm(this.#dialect.quietMs);
    this.#pump();
  }

  adopt(session: Session): void {
    this.#session.listener = undefined;
    this.#session = session;
    session.listener = this.#sessionListener;
  }

  push(_items: readonly Reply[]): void {
    // to be written
  }

  async end(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  /** Ends the wait of the command that is running, as `CLIENT UNBLOCK` asks. */
  unblock(): boolean {
    if (this.#running === undefined) return false;
    this.#waits.interrupt('unblocked');
    return true;
  }

  /**
   * Finishes what was read, answers who waits, then closes. Under a lock, a text whose end only
   * silence can tell is read on until then: half of one must not become the content of a file.
   */
  drain(): void {
    this.#draining = true;
    this.#waits.close('draining');
    if (!this.#contentPending) this.#endInput();
    this.#pump();
  }

  /** Cuts the connection now. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Nothing more is read. A content that is cut short is answered, by who takes it. */
  #endInput(): void {
    if (this.#dialect.uploading === undefined) this.#dialect.end();
    else this.#dialect.abort(new UploadAborted(CUT_BY_DRAIN, 'UNAVAILABLE'));
  }

  /** Executes what is decoded until something has to be waited for. */
  #pump(): void {
    while (this.#running === undefined && !this.#writer.closing) {
      if (this.#writer.backpressured) break;
      const decoded = this.#dialect.next();
      if (decoded === undefined) break;
      if (decoded.kind === 'answer') {
        this.#writer.text(decoded.bytes);
        if (decoded.close) this.#writer.close();
      } else {
        this.#execute(decoded.command);
      }
    }
    if (this.#running === undefined) this.#rest();
    this.#steerReading();
  }

  #execute(command: Command): void {
    this.lastCommand = command.name;
    this.lastCommandAtMs = this.services.clock.monotonicMs();
    const reply = this.services.registry.run(command, this);
    if (reply instanceof Promise) {
      this.#running = this.#finish(command, reply);
      return;
    }
    this.#answer(command, reply);
    if (this.#writer.streaming !== undefined) this.#running = this.#finishStreaming();
  }

  #answer(command: Command, reply: Reply): void {
    this.#dialect.encode(command, reply, this.#writer);
    if (reply.kind === 'bye') this.#goodbye = true;
    this.#log.debug('command.answered', 'A command was answered', {
      command: command.name,
      reply: reply.kind,
    });
    if (command.name === 'TIME') this.#timeLatency.answered(command.receivedAt);
  }

  async #finish(command: Command, pending: Promise<Reply>): Promise<void> {
    // What was answered before must not wait for this command, unless it is done at once.
    const flush = setImmediate(() => this.#flush());
    const reply = await pending;
    clearImmediate(flush);
    this.#answer(command, reply);
    await this.#finishStreaming();
  }

  async #finishStreaming(): Promise<void> {
    while (this.#writer.streaming !== undefined) await this.#writer.streaming;
    this.#running = undefined;
    this.#pump();
  }

  /** Nothing more to execute for now. */
  #rest(): void {
    this.#flush();
    if (this.#writer.closing) this.#leave();
    if (this.#writer.closing || this.#writer.backpressured) return;
    const finished = this.#ended && this.#dialect.quietMs === 0;
    if (finished || (this.#draining && !this.#contentPending)) {
      this.#writer.close();
      this.#flush();
      this.#leave();
    } else if (this.#dialect.quietMs > 0) this.#quiet.arm(this.#dialect.quietMs);
  }

  /**
   * The last reply is on its way: nothing is held any more. Once the system has all of it, what
   * the client still sends is let pass for a moment, since closing a socket with unread bytes
   * would take the reply back.
   */
  #leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#detached ??= this.#detach();
    if (this.socket.writableFinished) this.#linger();
    else this.socket.once('finish', () => this.#linger());
  }

  #detach(): Promise<void> {
    const { kept } = this.services;
    return this.#goodbye ? kept.end(this.session) : kept.detach(this.session, this);
  }

  #linger(): void {
    const cancel = this.services.clock.after(CLOSE_LINGER_MS, () => this.socket.destroy());
    this.socket.once('close', cancel);
  }

  #flush(): void {
    this.#writer.flush();
    this.#timeLatency.handedOver();
  }

  #steerReading(): void {
    const upload = this.#dialect.uploading;
    if (upload !== undefined) upload.onDrain = () => this.#steerReading();
    const pause =
      (this.#draining && !this.#writer.closing && !this.#contentPending) ||
      (upload === undefined ? this.#readFarAhead() : upload.full) ||
      (this.#running === undefined && this.#writer.backpressured);
    if (pause === this.socket.isPaused()) return;
    if (pause) this.socket.pause();
    else this.socket.resume();
  }

  /** Whether what is arriving may become content, and only silence or its last byte ends it. */
  get #contentPending(): boolean {
    if (this.#ended || this.session.held.size === 0) return false;
    const { quietMs, uploading } = this.#dialect;
    return quietMs > 0 || (this.dialect === 'text' && uploading !== undefined);
  }

  /** An incomplete command is the dialect's to bound; what is behind a running one is ours. */
  #readFarAhead(): boolean {
    return this.#running !== undefined && this.#dialect.bufferedBytes > READ_AHEAD_BYTES;
  }

  #onQuiet(): void {
    this.#dialect.quiet();
    this.#pump();
  }

  /** Who holds or waits is not idle; who stalls in the middle of an upload is. */
  #onIdle(): void {
    const working = this.#running !== undefined && this.#dialect.uploading === undefined;
    if (working || (this.#running === undefined && this.session.held.size > 0)) {
      this.socket.setTimeout(this.services.idleTimeoutMs);
      return;
    }
    this.#log.info('connection.idle', 'An idle connection is closed');
    this.socket.destroy();
  }

  #onEnd(): void {
    this.#ended = true;
    this.#waits.close('left');
    this.#dialect.end();
    this.#pump();
  }

  async #onClose(): Promise<void> {
    this.#quiet.cancel();
    this.#slowReader.cancel();
    this.#waits.close('left');
    this.#dialect.abort(new UploadAborted('the connection ended before the content was whole'));
    while (this.#running !== undefined) await this.#running;
    this.#detached ??= this.#detach();
    await this.#detached;
    this.#log.debug('connection.closed', 'A connection is closed');
  }
}
