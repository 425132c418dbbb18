import type { SessionId } from '../model.js';

/** Letters that mean nothing to a hash tag or to the pattern of a `SCAN`. */
const PREFIX = /^[\w:.-]*$/;

/**
 * The names of everything in Redis. All keys of one lock carry its name as their hash tag, so that
 * they lie in one slot of a cluster; those of a session carry `session:` and its id. A file may have
 * the same tag, so no key of a session ends as one of a lock does.
 */
export class LockKeys {
  constructor(private readonly prefix: string) {
    if (!PREFIX.test(prefix)) {
      throw new RangeError(
        `the key prefix "${prefix}" may hold letters, digits and "_ : . -" only`,
      );
    }
  }

  /** Who holds the lock. */
  lock(name: string): string {
    return `${this.prefix}{${name}}:lock`;
  }

  /** Lock, queue and waiters: what scripts that touch the queue are given. */
  all(name: string): [lock: string, queue: string, waiters: string] {
    return [this.lock(name), `${this.prefix}{${name}}:queue`, `${this.prefix}{${name}}:waiters`];
  }

  /** What a kept session owns. */
  record(session: SessionId): string {
    return `${this.prefix}{session:${session}}:record`;
  }

  /** What a session that holds other locks said last that it waits for. */
  waits(session: SessionId): string {
    return `${this.prefix}{session:${session}}:waits`;
  }

  /** Where the memory of this Redis began: see {@link TableMemory}. */
  get epoch(): string {
    return `${this.prefix}epoch`;
  }

  /** What scripts tell one replica. They make the same name from the prefix of their keys. */
  channel(replicaId: string): string {
    return `${this.prefix}replica:${replicaId}`;
  }

  /** What `SCAN` finds all lock keys with. */
  get everyLock(): string {
    return `${this.prefix}{*}:lock`;
  }

  nameOf(lockKey: string): string {
    return lockKey.slice(this.prefix.length + '{'.length, -'}:lock'.length);
  }
}
