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
    // Of its own, so that one who listens twice may end each.
    const entry = (event: ChangeEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}
