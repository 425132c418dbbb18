import type { HeldLock } from '../sessions/session.js';
import { bulk, integer, type Reply } from './reply.js';

/** What a connection is told of its session's locks without having asked. */

export function lostPush(lock: HeldLock): Reply[] {
  const because = lock.lostBecause ?? 'it was granted to somebody else after its lease ran out';
  return [bulk('lock'), bulk('lost'), bulk(lock.name), bulk(because)];
}

export function waitedForPush(lock: HeldLock, waiting: number): Reply[] {
  return [bulk('lock'), bulk('waited-for'), bulk(lock.name), integer(waiting)];
}
