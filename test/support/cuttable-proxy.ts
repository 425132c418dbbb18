import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and lets them lose each other. */
export class CuttableProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #muted = false;
  /** From client to server. */
  readonly #ways = new Map<Socket, Socket>();

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1');
      for (const socket of [client, target]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          this.#sockets.delete(socket);
          this.#ways.delete(socket);
          client.destroy();
          target.destroy();
        });
      }
      client.pipe(target);
      this.#ways.set(client, target);
      target.on('data', (bytes: Buffer) => {
        if (!this.#muted) client.write(bytes);
      });
    });
  }

  static async start(targetPort: number): Promise<CuttableProxy> {
    const proxy = new CuttableProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on answers are lost; {@link cut} ends that. */
  mute(): void {
    this.#muted = true;
  }

  /** From now on the server gets nothing of the connections there are, until {@link letGo}. */
  hold(): void {
    for (const [client, target] of this.#ways) client.unpipe(target);
  }

  letGo(): void {
    for (const [client, target] of this.#ways) client.pipe(target);
  }

  /** Cuts every connection; new ones are made as before. */
  cut(): void {
    this.#muted = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}
