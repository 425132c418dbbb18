import { injectable } from 'inversify';
import { type ChangeEvent, EventFeed } from './event-feed.js';

/** The events of one process. */
@injectable()
export class MemoryEventFeed extends EventFeed {
  readonly #listeners = new Set<(event: ChangeEvent) => void>();

  override publish(event: ChangeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  override listen(listener: (event: ChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
