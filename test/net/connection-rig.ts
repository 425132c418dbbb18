import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { CommandTally } from '../../src/commands/command-tally.js';
import { EchoCommand } from '../../src/commands/connection/echo.js';
import { QuitCommand } from '../../src/commands/connection/quit.js';
import { GetCommand } from '../../src/commands/file/get.js';
import { CommandRegistry } from '../../src/commands/registry.js';
import { RespDialect } from '../../src/dialects/resp/resp-dialect.js';
import { Connection } from '../../src/net/connection.js';
import { ConnectionObserver } from '../../src/net/connection-observer.js';
import { RecordingObserver } from '../commands/fakes.js';
import { SessionFixture } from '../support/session-fixture.js';

class SilentObserver extends ConnectionObserver {
  override opened(): void {}
  override identified(): void {}
  override closed(): void {}
  override rejected(): void {}
  override received(): void {}
  override sent(): void {}
}

/** One connection on a real socket, with the clock in the test's hand. */
export class ConnectionRig implements AsyncDisposable {
  readonly #connection: Connection;

  private constructor(
    readonly fixture: SessionFixture,
    /** The server's end. */
    readonly socket: Socket,
    /** The client's end, which reads nothing until it is resumed. */
    readonly client: Socket,
  ) {
    const { clock, files, kept, log } = fixture;
    const commandObserver = new RecordingObserver();
    const handlers = [new EchoCommand(), new GetCommand(files), new QuitCommand()];
    const registry = new CommandRegistry(handlers, new CommandTally(), commandObserver, clock, log);
    this.#connection = new Connection(
      socket,
      {
        id: 1,
        session: fixture.session(),
        dialect: new RespDialect({
          maxFileBytes: 1_000_000,
          contentIndexOf: (name) => registry.contentIndexOf(name),
        }),
        remoteAddress: '192.0.2.1:5000',
        localAddress: '192.0.2.2:6780',
      },
      {
        registry,
        kept,
        clock,
        log,
        observer: new SilentObserver(),
        commandObserver,
        idleTimeoutMs: 0,
      },
    );
    socket.on('error', () => undefined);
    client.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#connection.feed(bytes));
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
    await this.#connection.closed;
  }
}
