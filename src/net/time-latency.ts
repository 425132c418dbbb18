import type { Clock } from '../clock/clock.js';
import type { CommandObserver } from '../commands/command-observer.js';

/** How long `TIME` takes, from its bytes being read to its reply being handed to the socket. */
export class TimeLatency {
  #answered = 0;
  #receivedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly observer: CommandObserver,
  ) {}

  /** A `TIME` was answered; its reply waits to be handed over together with others. */
  answered(receivedAt: number): void {
    if (this.#answered++ === 0) this.#receivedAt = receivedAt;
  }

  /** Everything answered was handed to the socket. */
  handedOver(): void {
    if (this.#answered === 0) return;
    const seconds = (this.clock.epochMicros() - this.#receivedAt) / 1e6;
    for (; this.#answered > 0; this.#answered--) this.observer.timeAnswered(seconds);
  }
}
