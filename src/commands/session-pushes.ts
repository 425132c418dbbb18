import type { QueuePlace } from '../locks/lock-table.js';
import type { HeldLock } from '../sessions/session.js';
import { bulk, integer, type Reply } from './reply.js';

/** What a connection is told of its session's locks without having asked. */

export function lostPush(lock: HeldLock): Reply[] {
  const because = lock.lostBecause ?? 'it was granted to somebody else after its lease ran out';
  return [bulk('lock'), bulk('lost'), bulk(lock.name), bulk(because)];
}

/** Who is to be waited for, and why that one has it: of several readers the first. */
export function queuedPush(name: string, { position, state }: QueuePlace): Reply[] {
  const [first] = state.holders;
  const holder = first?.holder || first?.address || '';
  const what = [bulk('lock'), bulk('queued'), bulk(name)];
  return [...what, integer(position), bulk(holder), bulk(first?.note ?? '')];
}

export function waitedForPush(lock: HeldLock, waiting: number): Reply[] {
  return [bulk('lock'), bulk('waited-for'), bulk(lock.name), integer(waiting)];
}
