import type { Attachment } from '../../src/sessions/kept-sessions.js';
import type { WaitEnd } from '../../src/sessions/wait-end.js';

/** A connection that notes that it was ended. */
export class FakeConnection implements Attachment {
  readonly remoteAddress = '192.0.2.7:7000';
  readonly #gone = new AbortController();
  /** Settles when what it had under way is over. */
  work: Promise<unknown> = Promise.resolve();
  /** What a real connection does last. */
  onEnd: () => Promise<void> = () => Promise.resolve();

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  /** Its client is gone, unless another reason is given. */
  leave(reason: WaitEnd = 'left'): void {
    this.#gone.abort(reason);
  }

  async end(): Promise<void> {
    this.leave();
    await this.work;
    await this.onEnd();
  }
}
