import { ReplicaMessages } from '../../src/redis/replica-messages.js';

/** Messages within one process; several of these on the same `hub` are several replicas. */
export class FakeReplicaMessages extends ReplicaMessages {
  readonly published: (readonly [channel: string, text: string])[] = [];

  constructor(private readonly hub = new Map<string, Set<(text: string) => void>>()) {
    super();
  }

  /** Channels that somebody listens to. */
  get channels(): readonly string[] {
    return [...this.hub].filter(([, listeners]) => listeners.size > 0).map(([channel]) => channel);
  }

  override publish(channel: string, text: string): void {
    this.published.push([channel, text]);
    for (const listener of this.hub.get(channel) ?? []) listener(text);
  }

  override subscribe(channel: string, listener: (text: string) => void): () => void {
    const listeners = this.hub.get(channel) ?? new Set();
    this.hub.set(channel, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}
