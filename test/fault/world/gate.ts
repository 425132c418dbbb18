import type { Loss } from '../plan/fault.js';
import type { Wire } from './wire.js';

/** A way that connections take, which can be shut for all of them. */
export class Gate {
  readonly #wires = new Set<Wire>();
  #shut: Loss | undefined;

  get isOpen(): boolean {
    return this.#shut === undefined;
  }

  /** One more connection takes this way. */
  admit(wire: Wire, port: number): void {
    if (this.#shut === 'reset') {
      wire.break();
      return;
    }
    this.#wires.add(wire);
    if (this.#shut !== undefined) wire.hold();
    // Behind a cut network nobody answers, though here somebody accepted.
    wire.lead(port);
  }

  forget(wire: Wire): void {
    this.#wires.delete(wire);
  }

  shut(loss: Loss): void {
    this.#shut = loss;
    for (const wire of [...this.#wires]) {
      if (loss === 'reset') wire.break();
      else wire.hold();
    }
  }

  open(): void {
    const loss = this.#shut;
    this.#shut = undefined;
    for (const wire of [...this.#wires]) {
      if (loss === 'silent') wire.break();
      else wire.release();
    }
  }

  /** Breaks all connections; new ones are made as before. */
  breakAll(): void {
    for (const wire of [...this.#wires]) wire.break();
  }
}
