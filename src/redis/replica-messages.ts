/**
 * Messages between replicas through one Redis. They are hints: one that was sent while either side
 * had no connection is lost.
 */
export abstract class ReplicaMessages {
  /** Does not wait and never throws; drops the message where Redis cannot be reached. */
  abstract publish(channel: string, text: string): void;

  /**
   * Kept up through lost connections.
   * @returns ends it
   */
  abstract subscribe(channel: string, listener: (text: string) => void): () => void;

  /** Whether every message on the channels that are subscribed to comes through. */
  abstract get hears(): boolean;

  /**
   * Told when messages come through again, or for the first time: some may have been missed.
   * @returns ends it
   */
  abstract onCaughtUp(listener: () => void): () => void;
}
