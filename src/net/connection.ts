import type { Socket } from 'node:net';
import type { Command } from '../commands/command.js';
import type { PushReply, Reply } from '../commands/reply.js';
import { UploadAborted } from '../commands/upload.js';
import type { Dialect } from '../dialects/dialect.js';
import { ClientFacts } from './client-facts.js';
import { CommandTimes } from './command-times.js';
import type { ConnectionIdentity, ConnectionServices } from './connection-services.js';
import { Departure } from './departure.js';
import { PushQueue } from './push-queue.js';
import { QuietTimer } from './quiet-timer.js';
import { hasReadEnough } from './read-pace.js';
import { SlowReaderWatch } from './slow-reader.js';
import { SocketWriter, type WriterEvents } from './socket-writer.js';
import { WaitGate } from './wait-gate.js';

const CUT_BY_DRAIN =
  'this replica is shutting down and had not got the whole content; nothing was changed: connect again and send it again';

/**
 * One client: bytes to commands to replies to bytes, strictly in order. A command that has to wait
 * holds back what was sent after it; what arrives meanwhile is read up to a limit, so that a
 * client that leaves is noticed. Who listens to its socket tells it what happens there.
 *
 * What only few connections need is made when they do: there may be many thousands that are idle.
 */
export class Connection extends ClientFacts implements WriterEvents {
  readonly #dialect: Dialect;
  readonly #writer: SocketWriter;
  #pushes: PushQueue | undefined;
  #departure: Departure | undefined;
  #quiet: QuietTimer | undefined;
  #slowReader: SlowReaderWatch | undefined;
  readonly #waits = new WaitGate();
  readonly #times: CommandTimes;
  #closed: PromiseWithResolvers<void> | undefined;
  #running: Promise<void> | undefined;
  /** The client ended its session; it will not come back. */
  #goodbye = false;
  #ended = false;
  #draining = false;

  constructor(socket: Socket, identity: ConnectionIdentity, services: ConnectionServices) {
    super(socket, identity, services);
    this.#dialect = identity.dialect;
    this.#times = new CommandTimes(services.clock, services.commandObserver);
    this.#writer = new SocketWriter(socket, this);
  }

  /** Settles when the socket is closed and everything its session held has been released. */
  get closed(): Promise<void> {
    return this.#closing.promise;
  }

  override get signal(): AbortSignal {
    return this.#waits.signal;
  }

  /** Memory for a large part of a content that is still to come, with nothing else before it. */
  room(): Buffer | undefined {
    return this.#dialect.uploading?.room();
  }

  /** Bytes that arrived. */
  feed(bytes: Buffer): void {
    this.services.observer.received(this.dialect, bytes.length);
    if (this.#writer.closing) return;
    const { clock } = this.services;
    const nowMs = clock.monotonicMs();
    this.#dialect.feed(bytes, clock.epochMicrosAt(nowMs));
    this.#quiet?.cancel();
    // Also while a command runs: what ends a message is the time on the wire, not ours.
    this.#armQuiet();
    this.#pump(nowMs);
    if (this.#running === undefined) this.services.busyPoll.answered(this.id, nowMs);
    else this.services.busyPoll.busy();
  }

  override async end(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  protected override send(message: PushReply): void {
    this.#unasked.send(message);
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
  #pump(nowMs = this.services.clock.monotonicMs()): void {
    this.#times.start(nowMs);
    while (this.#running === undefined && !this.#writer.closing) {
      if (this.#writer.backpressured) break;
      const decoded = this.#dialect.next();
      if (decoded === undefined) break;
      if (decoded.kind === 'answer') {
        this.#writer.text(decoded.bytes);
        if (decoded.close) this.#writer.close();
      } else {
        this.#execute(decoded.command, nowMs);
      }
    }
    if (this.#running === undefined) this.#rest();
    this.#steerReading();
  }

  #execute(command: Command, nowMs: number): void {
    this.lastCommand = command.name;
    this.lastCommandAtMs = nowMs;
    this.#times.next(command.name);
    const reply = this.services.registry.run(command, this);
    if (reply instanceof Promise) {
      this.#running = this.#finish(command, reply);
      return;
    }
    this.#times.answered(command);
    this.#answer(command, reply);
    if (this.#writer.streaming !== undefined) this.#running = this.#finishStreaming();
  }

  #answer(command: Command, reply: Reply): void {
    this.#pushes?.releaseAll();
    this.#dialect.encode(command, reply, this.#writer);
    if (reply.kind === 'bye') this.#goodbye = true;
    if (!this.services.log.debugs) return;
    this.log.debug('command.answered', 'A command was answered', {
      command: command.name,
      reply: reply.kind,
    });
  }

  async #finish(command: Command, pending: Promise<Reply>): Promise<void> {
    // What was answered before must not wait for this command, unless it is done at once.
    const flush = setImmediate(() => this.#flush());
    const begunMs = this.#times.waits();
    const reply = await pending;
    clearImmediate(flush);
    this.#times.waited(command.name, begunMs);
    this.#answer(command, reply);
    await this.#finishStreaming();
  }

  async #finishStreaming(): Promise<void> {
    while (this.#writer.streaming !== undefined) await this.#writer.streaming;
    this.#running = undefined;
    this.#pushes?.release();
    this.#pump();
  }

  /** Nothing more to execute for now. */
  #rest(): void {
    this.#flush();
    if (this.#writer.closing) this.#leaving.begin();
    if (this.#writer.closing || this.#writer.backpressured) return;
    const finished = this.#ended && this.#dialect.quietMs === 0;
    if (finished || (this.#draining && !this.#contentPending)) {
      this.#writer.close();
      this.#flush();
      this.#leaving.begin();
    } else this.#armQuiet();
  }

  get #leaving(): Departure {
    const { socket, services } = this;
    this.#departure ??= new Departure(socket, services.clock, () => this.#detach());
    return this.#departure;
  }

  get #closing(): PromiseWithResolvers<void> {
    this.#closed ??= Promise.withResolvers();
    return this.#closed;
  }

  get #unasked(): PushQueue {
    this.#pushes ??= new PushQueue(this.#dialect, this.#writer, {
      written: () => (this.#running === undefined ? this.#pump() : this.#flush()),
      overflown: () => this.#dropSlow(),
    });
    return this.#pushes;
  }

  #armQuiet(): void {
    const { quietMs } = this.#dialect;
    if (quietMs === 0) return;
    this.#quiet ??= new QuietTimer(this.services.clock, () => this.#onQuiet());
    this.#quiet.arm(quietMs);
  }

  onSent(bytes: number): void {
    this.services.observer.sent(this.dialect, bytes);
    if (this.socket.writableLength === 0) return;
    this.#slowReader ??= new SlowReaderWatch(this.socket, this.services.clock, () => {
      this.log.warn('connection.slow', 'A client does not read its replies and is cut off');
      this.socket.destroy();
    });
    this.#slowReader.watch();
  }

  onContentFailed(err: unknown): void {
    this.log.error('reply.cut', 'A content could not be sent whole', { err });
  }

  #detach(): Promise<void> {
    const { kept, subscribers } = this.services;
    subscribers.leave(this);
    return this.#goodbye ? kept.end(this.session) : kept.detach(this.session, this);
  }

  #flush(): void {
    this.#writer.flush();
    this.#times.handedOver();
  }

  #steerReading(): void {
    const { uploading } = this.#dialect;
    if (uploading !== undefined) uploading.onDrain = () => this.#steerReading();
    const pause = hasReadEnough(this.#dialect, {
      enough: this.#draining && !this.#writer.closing && !this.#contentPending,
      busy: this.#running !== undefined,
      behind: this.#writer.backpressured,
    });
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

  #onQuiet(): void {
    this.#dialect.quiet();
    this.#pump();
  }

  /** Nothing moved for a while. Who holds, waits or is subscribed is not idle; who stalls in the middle of an upload is. */
  onIdle(): void {
    const engaged =
      this.#running !== undefined || this.session.held.size > 0 || this.subscriptions.count > 0;
    if (engaged && this.#dialect.uploading === undefined) return;
    this.log.info('connection.idle', 'An idle connection is closed');
    this.socket.destroy();
  }

  /** Nothing of what the client still asks for is begun, and what is under way ends. */
  #dropSlow(): void {
    this.log.warn('connection.slow-subscriber', 'A client leaves its messages unread');
    this.services.subscribers.drop(this);
    this.#waits.close('left');
    this.#dialect.abort(new UploadAborted('the connection is closed: its client does not read'));
  }

  onDrain(): void {
    this.#pushes?.release();
    this.#pump();
  }

  /** The client sends no more. */
  onEnd(): void {
    this.#ended = true;
    this.#waits.close('left');
    this.#dialect.end();
    this.#pump();
  }

  /** The socket is closed. */
  onClose(): void {
    this.#closing.resolve(this.#leave());
  }

  async #leave(): Promise<void> {
    this.#writer.release();
    this.#quiet?.cancel();
    this.#slowReader?.cancel();
    this.#pushes?.cancel();
    this.#waits.close('left');
    this.#dialect.abort(new UploadAborted('the connection ended before the content was whole'));
    while (this.#running !== undefined) await this.#running;
    await this.#leaving.finish();
    if (this.services.log.debugs) this.log.debug('connection.closed', 'A connection is closed');
  }
}
