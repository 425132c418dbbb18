import { LONGEST_TIMER_MS } from '../options.js';

/** Notices that an answer is due and nothing at all comes or goes. */
export class SilenceWatch {
  readonly #limitMs: number;
  readonly #onSilence: (silentMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #armedMs = 0;

  constructor(limitMs: number, onSilence: (silentMs: number) => void) {
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  /** From now on an answer is due that the server may keep back for `waitMs`. */
  expect(waitMs: number): void {
    const limitMs = Math.min(this.#limitMs + waitMs, LONGEST_TIMER_MS);
    if (this.#timer !== undefined && limitMs === this.#armedMs) {
      this.#timer.refresh();
      return;
    }
    this.stop();
    this.#armedMs = limitMs;
    this.#timer = setTimeout(() => this.#onSilence(limitMs), limitMs);
  }

  progress(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
