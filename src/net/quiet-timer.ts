import type { CancelTimer, Clock } from '../clock/clock.js';

/**
 * Fires when nothing arrived for a while. After the timer it gives one more turn of the event loop
 * to data that is in the socket already, so that a busy process does not split a message.
 */
export class QuietTimer {
  #cancelTimer: CancelTimer | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onQuiet: () => void,
  ) {}

  arm(quietMs: number): void {
    if (this.#cancelTimer !== undefined || this.#turn !== undefined) return;
    this.#cancelTimer = this.clock.after(quietMs, () => {
      this.#cancelTimer = undefined;
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.onQuiet();
      });
    });
  }

  /** Also when something arrived: the quiet time then begins anew when it is next armed. */
  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }
}
