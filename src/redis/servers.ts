import type { Redis } from 'ioredis';
import type { Log } from '../telemetry/log.js';
import type { ConnectionRole } from './redis-connection.js';

/** Who is told what becomes of connections. */
export interface ServersWatch {
  readonly role: ConnectionRole;
  readonly log: Log;
  /** Told of each change of {@link Servers.up}, and of the first failure to connect. */
  readonly changed: (up: boolean) => void;
  /** Told of each connection that comes up. */
  readonly connected?: (client: Redis) => void;
}

/** The servers that one Redis URL stands for, and the way to the one that has a key. */
export abstract class Servers {
  /** Begins to connect and goes on trying; does not wait for it. */
  abstract open(): void;
  abstract close(): Promise<void>;

  /** Whether commands can be sent to every server now, as far as is known. */
  abstract get up(): boolean;

  /**
   * Lets the server that has `key` run a command, just one; nothing is queued, and nothing that may
   * have been executed is sent again.
   * @throws {NotConnected} where nothing was sent
   */
  abstract send<T>(key: string, command: (client: Redis) => Promise<T>): Promise<T>;

  /** Lets some server run a command that any can. Tends to choose the same one. */
  abstract sendToAny<T>(command: (client: Redis) => Promise<T>): Promise<T>;

  /** One connection to each server that has keys. */
  abstract get masters(): readonly Redis[];

  /** Keys of the same group may be given to one script. */
  abstract groupOf(key: string): string;

  /** Names of keys that begin with `base`, one on each server. */
  abstract keyOnEach(base: string): readonly string[];

  /** To be called now and then: finds out what nobody said. */
  abstract upkeep(): Promise<void>;
}
