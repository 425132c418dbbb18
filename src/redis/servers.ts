import type { Redis } from 'ioredis';

/** The servers that one Redis URL stands for, and the way to the one that has a key. */
export abstract class Servers {
  /** Begins to connect and goes on trying; does not wait for it. */
  abstract open(): void;
  abstract close(): Promise<void>;

  /** Whether commands can be sent now, as far as is known. */
  abstract get up(): boolean;

  /**
   * Lets the server that has `key` run a command; nothing is queued, and nothing is sent twice.
   * @throws {NotConnected} where nothing was sent
   */
  abstract send<T>(key: string, command: (client: Redis) => Promise<T>): Promise<T>;

  /** One connection to each server that has keys. */
  abstract get masters(): readonly Redis[];

  /** Keys of the same group may be given to one script. */
  abstract groupOf(key: string): string;

  /** Names of keys that begin with `base`, one on each server. */
  abstract keyOnEach(base: string): readonly string[];
}
