import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BuildInfo } from '../../src/commands/build-info.js';
import type { Command } from '../../src/commands/command.js';
import { CommandTally } from '../../src/commands/command-tally.js';
import { EchoCommand } from '../../src/commands/connection/echo.js';
import { HelloCommand } from '../../src/commands/connection/hello.js';
import { QuitCommand } from '../../src/commands/connection/quit.js';
import type { CommandContext } from '../../src/commands/context.js';
import { GetCommand } from '../../src/commands/file/get.js';
import { CommandRegistry } from '../../src/commands/registry.js';
import { OK, type Reply } from '../../src/commands/reply.js';
import { CommandHandler, type CommandSpec } from '../../src/commands/spec.js';
import { PsubscribeCommand } from '../../src/commands/subscription/psubscribe.js';
import { UnsubscribeCommand } from '../../src/commands/subscription/unsubscribe.js';
import { Decodings } from '../../src/dialects/resp/decoding.js';
import { LastRequest } from '../../src/dialects/resp/last-request.js';
import { RespDialect } from '../../src/dialects/resp/resp-dialect.js';
import { Subscribers } from '../../src/events/subscribers.js';
import { NoReadCheck } from '../../src/files/read-check.js';
import { BusyPoll } from '../../src/net/busy-poll.js';
import { Connection } from '../../src/net/connection.js';
import { ConnectionObserver } from '../../src/net/connection-observer.js';
import { RecordingObserver } from '../commands/fakes.js';
import { settle } from '../support/fake-clock.js';
import { RecordingSubscriptionObserver } from '../support/recording-subscription-observer.js';
import { SessionFixture } from '../support/session-fixture.js';

class SilentObserver extends ConnectionObserver {
  override opened(): void {}
  override identified(): void {}
  override closed(): void {}
  override rejected(): void {}
  override received(): void {}
  override sent(): void {}
}

/** Turns of the event loop without a byte taken after which none will be. */
const STILL_TURNS = 100;

/** `HOLD`: is answered when the test, or the end of its wait, says so. */
class HoldCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'HOLD',
    arity: 1,
    group: 'connection',
    summary: 'Waits.',
    since: '0.1.0',
    flags: [],
    arguments: [],
    keyPosition: 0,
  };

  readonly begun = Promise.withResolvers<void>();
  readonly #answer = Promise.withResolvers<Reply>();
  /** Why its wait ended, if it did. */
  interrupted: unknown;

  release(): void {
    this.#answer.resolve(OK);
  }

  override execute(_command: Command, { connection }: CommandContext): Promise<Reply> {
    connection.signal.addEventListener('abort', () => {
      this.interrupted = connection.signal.reason;
      this.release();
    });
    this.begun.resolve();
    return this.#answer.promise;
  }
}

/** One connection on a real socket, with the clock in the test's hand. */
export class ConnectionRig implements AsyncDisposable {
  readonly connection: Connection;
  readonly hold = new HoldCommand();
  readonly observer = new RecordingObserver();
  readonly subscriptions = new RecordingSubscriptionObserver();

  private constructor(
    readonly fixture: SessionFixture,
    /** The server's end. */
    readonly socket: Socket,
    /** The client's end, which reads nothing until it is resumed. */
    readonly client: Socket,
  ) {
    const { clock, files, kept, log } = fixture;
    const subscribers = new Subscribers(fixture.events, this.subscriptions, clock);
    const handlers = [
      new EchoCommand(),
      new GetCommand(files, new NoReadCheck()),
      new HelloCommand(new BuildInfo('1.0.0')),
      new PsubscribeCommand(subscribers),
      new QuitCommand(),
      new UnsubscribeCommand(subscribers),
      this.hold,
    ];
    const registry = new CommandRegistry(handlers, new CommandTally(), this.observer, log);
    this.connection = new Connection(
      socket,
      {
        id: 1,
        session: fixture.session(),
        dialect: new RespDialect(
          new Decodings({
            maxFileBytes: 1_000_000,
            contentIndexOf: (name) => registry.contentIndexOf(name),
            answersAlike: (name) => registry.answersAlike(name),
            lastRequest: new LastRequest(),
          }),
        ),
        remoteAddress: '192.0.2.1:5000',
      },
      {
        registry,
        kept,
        subscribers,
        clock,
        log,
        observer: new SilentObserver(),
        commandObserver: this.observer,
        busyPoll: new BusyPoll(clock, false),
      },
    );
    socket.on('error', () => undefined);
    client.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.connection.feed(bytes));
    socket.on('end', () => this.connection.onEnd());
    socket.on('close', () => this.connection.onClose());
  }

  static async open(): Promise<ConnectionRig> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    const [socket] = (await once(server, 'connection')) as [Socket];
    server.close();
    return new ConnectionRig(new SessionFixture(), socket, client);
  }

  /** Sends a request and waits until the server has read it. */
  async send(bytes: string): Promise<void> {
    const read = once(this.socket, 'data');
    this.client.write(bytes);
    await read;
  }

  /** Resolves once the client is behind and takes nothing any more. */
  async stuck(): Promise<void> {
    for (let still = 0; still < STILL_TURNS; ) {
      const before = this.socket.bytesWritten;
      await settle();
      still = this.socket.writableNeedDrain && this.socket.bytesWritten === before ? still + 1 : 0;
    }
  }

  /** Reads what the server sends, until that ends so; resolves with all that was read since. */
  async readUntil(end: string): Promise<string> {
    const parts: string[] = [];
    let tail = '';
    const { promise, resolve } = Promise.withResolvers<void>();
    const onData = (bytes: Buffer): void => {
      const part = bytes.toString('latin1');
      parts.push(part);
      tail = (tail + part).slice(-end.length);
      if (tail === end) resolve();
    };
    this.client.on('data', onData).resume();
    await promise;
    this.client.pause().off('data', onData);
    return parts.join('');
  }

  /** Reads what the server still sends; resolves with the last bytes once it has closed. */
  async readToTheEnd(): Promise<Buffer> {
    let last: Buffer = Buffer.alloc(0);
    this.client.on('data', (bytes: Buffer) => {
      last = bytes;
    });
    this.client.resume();
    await once(this.client, 'close');
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.socket.destroy();
    await this.connection.closed;
  }
}
