import type { WaitEnd } from '../sessions/wait-end.js';

/** Lets somebody else end what a connection's commands are waiting for. */
export class WaitGate {
  #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the present wait; the next one waits again. */
  interrupt(reason: WaitEnd): void {
    const present = this.#controller;
    if (present.signal.aborted) return;
    this.#controller = new AbortController();
    present.abort(reason);
  }

  /** Ends the present wait and every later one. */
  close(reason: WaitEnd): void {
    this.#controller.abort(reason);
  }
}
