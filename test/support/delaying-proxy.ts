import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How much longer than by itself each way takes, in milliseconds. */
export interface Delays {
  readonly there: number;
  readonly back: number;
}

/** Stands between a client and a server, and makes each way take longer. */
export class DelayingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(targetPort: number, { there, back }: Delays) {
    this.#server = createServer({ noDelay: true }, (client) => {
      const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
      this.#carry(client, target, there);
      this.#carry(target, client, back);
    });
  }

  static async start(targetPort: number, delays: Delays): Promise<DelayingProxy> {
    const proxy = new DelayingProxy(targetPort, delays);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #carry(from: Socket, to: Socket, delayMs: number): void {
    const timers = new Set<NodeJS.Timeout>();
    this.#sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (bytes: Buffer) => {
      if (delayMs === 0) {
        to.write(bytes);
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        to.write(bytes);
      }, delayMs);
      timers.add(timer);
    });
    from.once('close', () => {
      for (const timer of timers) clearTimeout(timer);
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
