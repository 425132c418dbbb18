import type { FileName } from '../../files/file-name.js';
import type { LockMode } from '../../locks/model.js';
import type { LockWish } from '../../sessions/file-locking.js';
import { type ArgumentReader, MAX_WAIT_MS } from '../arguments.js';
import type { ConnectionHandle } from '../context.js';
import { queuedPush } from '../session-pushes.js';
import type { ArgumentSpec } from '../spec.js';

/** What `LOCK` and `MLOCK` share. */
export const LOCK_OPTIONS: readonly ArgumentSpec[] = [
  { name: 'shared', type: 'pure-token', token: 'SHARED', optional: true },
  { name: 'ms', type: 'integer', token: 'TTL', optional: true },
  { name: 'ms', type: 'integer', token: 'WAIT', optional: true },
  { name: 'text', type: 'string', token: 'NOTE', optional: true },
];

/** {@link LOCK_OPTIONS} as they were given. */
export type LockOptions = Pick<LockWish, 'mode' | 'ttlMs' | 'waitMs' | 'note'>;

export function readLockOptions(reader: ArgumentReader): LockOptions {
  let mode: LockMode = 'exclusive';
  let ttlMs: number | undefined;
  let waitMs = 0;
  let note = '';
  reader.options({
    SHARED: () => {
      mode = 'shared';
    },
    TTL: () => {
      ttlMs = reader.ttlMs();
    },
    WAIT: () => {
      waitMs = reader.integer('WAIT in milliseconds', 0, MAX_WAIT_MS);
    },
    NOTE: () => {
      note = reader.remark('NOTE');
    },
  });
  return { mode, ttlMs, waitMs, note };
}

/** The wish of a connection's client, who is told where it stands if it can be told at all. */
export function wishOf(
  name: FileName,
  options: LockOptions,
  connection: ConnectionHandle,
): LockWish {
  const { signal } = connection;
  if (connection.protocol !== 3) return { ...options, signal };
  return { ...options, signal, onQueued: (place) => connection.push(queuedPush(name, place)) };
}
