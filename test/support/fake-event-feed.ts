import { MemoryEventFeed } from '../../src/events/memory-event-feed.js';

/** The events of one process, which may be cut off from those of others. */
export class FakeEventFeed extends MemoryEventFeed {
  listeners = 0;
  #caughtUp: PromiseWithResolvers<void> | undefined;

  override listen(...args: Parameters<MemoryEventFeed['listen']>): () => void {
    const end = super.listen(...args);
    this.listeners += 1;
    return () => {
      this.listeners -= 1;
      end();
    };
  }

  cutOff(): void {
    this.#caughtUp = Promise.withResolvers();
  }

  catchUp(): void {
    this.#caughtUp?.resolve();
    this.#caughtUp = undefined;
  }

  override get hearing(): boolean {
    return this.#caughtUp === undefined;
  }

  override caughtUp(): Promise<void> {
    return this.#caughtUp?.promise ?? Promise.resolve();
  }
}
