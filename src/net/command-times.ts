import type { Clock } from '../clock/clock.js';
import type { Command } from '../commands/command.js';
import type { CommandObserver } from '../commands/command-observer.js';

/**
 * How long the commands of one connection take, with few looks at the clock, of which each costs as
 * much as decoding a `TIME`: what is answered at once is timed together as long as the same command
 * comes again, until the replies are handed to the socket.
 */
export class CommandTimes {
  /** Of the commands that were answered since {@link #sinceMs}. */
  #name = '';
  #answered = 0;
  #sinceMs = 0;
  /** `TIME`s whose replies are not yet handed over, and when the first was read. */
  #times = 0;
  #receivedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly observer: CommandObserver,
  ) {}

  /** Commands may follow; none is under way. */
  start(nowMs: number): void {
    if (this.#answered === 0) this.#sinceMs = nowMs;
  }

  /** To be called before a command is executed. */
  next(name: string): void {
    if (name === this.#name) return;
    if (this.#answered > 0) this.#end(this.clock.monotonicMs());
    this.#name = name;
  }

  /** The command was answered at once. */
  answered({ name, receivedAt, times = 1 }: Command): void {
    this.#answered += times;
    if (name !== 'TIME') return;
    if (this.#times === 0) this.#receivedAt = receivedAt;
    this.#times += times;
  }

  /**
   * The command has to wait.
   * @returns when it began, on the monotonic clock
   */
  waits(): number {
    if (this.#answered > 0) this.#end(this.clock.monotonicMs());
    return this.#sinceMs;
  }

  /** A command that had to wait was answered. */
  waited(name: string, begunMs: number): void {
    const nowMs = this.clock.monotonicMs();
    this.observer.took(name, (nowMs - begunMs) / 1_000, 1);
    this.#sinceMs = nowMs;
  }

  /** All replies were handed to the socket. */
  handedOver(): void {
    if (this.#answered === 0 && this.#times === 0) return;
    const nowMs = this.clock.monotonicMs();
    if (this.#answered > 0) this.#end(nowMs);
    if (this.#times === 0) return;
    const micros = this.clock.epochMicrosAt(nowMs) - this.#receivedAt;
    this.observer.timeAnswered(micros / 1e6, this.#times);
    this.#times = 0;
  }

  #end(nowMs: number): void {
    const seconds = (nowMs - this.#sinceMs) / this.#answered / 1_000;
    this.observer.took(this.#name, seconds, this.#answered);
    this.#answered = 0;
    this.#sinceMs = nowMs;
  }
}
