import type { WaitEnd } from '../sessions/wait-end.js';

/** Lets somebody else end what a connection's commands are waiting for. */
export class WaitGate {
  /** Made for the first that waits: most connections never do. */
  #controller: AbortController | undefined;
  #closedFor: WaitEnd | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#closedFor !== undefined) this.#controller.abort(this.#closedFor);
    return this.#controller.signal;
  }

  /** Ends the present wait; the next one waits again. */
  interrupt(reason: WaitEnd): void {
    const present = this.#controller;
    this.#controller = undefined;
    present?.abort(reason);
  }

  /** Ends the present wait and every later one. */
  close(reason: WaitEnd): void {
    this.#closedFor ??= reason;
    this.#controller?.abort(this.#closedFor);
  }
}
