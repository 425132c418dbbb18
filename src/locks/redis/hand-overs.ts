import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../clock/clock.js';
import type { RedisLink } from '../../redis/redis-link.js';
import type { GrantId } from '../model.js';
import { type KnownGrants, MOST_OF_OUTRIGHT } from './known-grants.js';
import type { ReleaseReply } from './replies.js';
import type { Heir, LockScripts } from './scripts.js';
import type { WaitingRequests } from './waiting-requests.js';

/** A wait that is over sooner than this, in milliseconds, may be over before the table hears of it. */
const LEAST_WAIT_LEFT_MS = 250;

export interface HandOverParts {
  readonly scripts: Pick<LockScripts, 'announce'>;
  readonly link: Pick<RedisLink, 'up' | 'minReplicas'>;
  readonly known: KnownGrants;
  readonly waiting: WaitingRequests;
  readonly clock: Clock;
  free(name: string, grantId: GrantId, heir: Heir): Promise<ReleaseReply>;
  /** It was granted to somebody else. */
  lost(name: string, grantId: GrantId): void;
}

/**
 * Hands an exclusive lock on to the next in line at this replica at once, and tells the table by the
 * release itself. Until the table has taken that, the former lease keeps everybody else away, for as
 * long as the heir was told; and the heir's token fences the file like any other, so that whatever
 * the table says in the end, the former holder writes nothing any more. One whom the table grants
 * the lock instead gets a higher token, and the heir learns that its lock is lost.
 */
export class HandOvers {
  constructor(private readonly parts: HandOverParts) {}

  /** Who gets the lock of this grant before the table is asked, or got it and the table did not hear. */
  heirOf(name: string, grantId: GrantId): Heir | undefined {
    const { known, waiting, link, clock } = this.parts;
    const told = known.heirOf(name, grantId);
    if (told !== undefined) return told;
    if (!link.up || link.minReplicas > 0) return undefined;
    const next = waiting.next(name, LEAST_WAIT_LEFT_MS);
    if (next?.mode !== 'exclusive' || next.outright !== true) return undefined;
    const former = known.soleWriter(name, grantId);
    if (former === undefined) return undefined;
    const { ttlMs } = next;
    const nowMs = clock.monotonicMs();
    // It ends with the former lease, until the table has heard of it.
    const sinceMs = Math.min(nowMs, former.endsAtMs - ttlMs);
    if (nowMs - sinceMs >= ttlMs * MOST_OF_OUTRIGHT) return undefined;
    return { name, grantId: next.grantId, token: former.token + 1, ttlMs, sinceMs };
  }

  /**
   * @returns whether the lock was still held, so that it could be handed on
   * @throws {LockTableUnavailable} the heir has the lock all the same; to be repeated
   */
  async release(name: string, grantId: GrantId, heir: Heir): Promise<boolean> {
    const { known, waiting, clock, scripts } = this.parts;
    known.ended(grantId);
    if (waiting.granted(heir.grantId, heir.token, heir.sinceMs)) {
      known.handedOver(heir.grantId, grantId);
      // The heir's client is answered first, and not kept waiting by Redis, which is woken up next.
      await setImmediate();
    }
    const sinceMs = clock.monotonicMs();
    const { wasThere, granted } = await this.parts.free(name, grantId, heir);
    if (granted.some((grant) => grant.grantId === heir.grantId)) {
      known.extended(heir, sinceMs);
      return true;
    }
    // Neither the place nor the former lease was there: it is a lease now that the table forgot.
    const lease = known.announcement(heir.grantId);
    if (lease === undefined) return wasThere;
    const [verdict] = await scripts.announce([lease]);
    known.isHeard(heir.grantId);
    if (verdict !== 'lost') return true;
    known.ended(heir.grantId);
    this.parts.lost(name, heir.grantId);
    return wasThere;
  }
}
