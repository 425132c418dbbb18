import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Gate } from './gate.js';
import { Wire } from './wire.js';

/** Where a new connection goes. */
export interface Destination {
  readonly port: number;
  readonly gate: Gate;
}

/** A port of this host whose connections go elsewhere, each where it is told when it is made. */
export class Passage<D extends Destination = Destination> implements AsyncDisposable {
  readonly #server: Server;
  readonly #wires = new Map<Wire, D>();
  #last: { readonly wire: Wire; readonly destination: D } | undefined;

  /** @param choose undefined: there is nowhere to go, and the connection is refused */
  private constructor(choose: () => D | undefined) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const destination = choose();
      if (destination === undefined) {
        socket.destroy();
        return;
      }
      const wire: Wire = new Wire(socket, () => {
        this.#wires.delete(wire);
        destination.gate.forget(wire);
      });
      this.#wires.set(wire, destination);
      this.#last = { wire, destination };
      destination.gate.admit(wire, destination.port);
    });
  }

  static async open<D extends Destination>(choose: () => D | undefined): Promise<Passage<D>> {
    const passage = new Passage(choose);
    passage.#server.listen(0, '127.0.0.1');
    await once(passage.#server, 'listening');
    return passage;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The connection that was made last, if it still is there, and where it goes. */
  get current(): { readonly wire: Wire; readonly destination: D } | undefined {
    return this.#last?.wire.over === false ? this.#last : undefined;
  }

  /** Breaks what is connected after so many more bytes of answers. */
  breakInReply(bytes: number): void {
    for (const wire of this.#wires.keys()) wire.breakInReply(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const wire of [...this.#wires.keys()]) wire.break();
    await once(this.#server, 'close');
  }
}
