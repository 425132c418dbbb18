/** Something happened to a file or its lock. */
export interface ChangeEvent {
  /** `file:<name>` or `lock:<name>`. */
  readonly topic: string;
  /** A JSON object; its field `event` says what happened. */
  readonly message: string;
}

/**
 * What happens on all replicas, told to whoever listens. Events are hints: each arrives at most
 * once, and those of an outage are lost; the truth is in the lock table and in the file store.
 */
export abstract class EventFeed {
  /** Tells everybody who listens, on every replica. Never throws; what cannot be told is dropped. */
  abstract publish(event: ChangeEvent): void;

  /** @returns ends the listening; nothing is told to `listener` after it */
  abstract listen(listener: (event: ChangeEvent) => void): () => void;

  /** Whether who listens here is told of everything that is published from now on, on any replica. */
  abstract get hearing(): boolean;

  /** Resolves once {@link hearing} is true; to be awaited only while somebody listens. */
  abstract caughtUp(): Promise<void>;
}
