import type { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import type { GrantId } from '../model.js';
import type { Cancellations } from './cancellations.js';
import type { KnownGrants } from './known-grants.js';
import type { LeftPlaces } from './left-places.js';
import type { WaitingRequests } from './waiting-requests.js';

/** What of the table's parts a grant may be for. */
export interface Addressees {
  readonly waiting: WaitingRequests;
  readonly known: KnownGrants;
  readonly left: LeftPlaces;
  readonly cancellations: Cancellations;
  /** Turns a lease that was granted outright into a grant that passes on unless it is confirmed. */
  loosen(name: string, grantId: GrantId): Promise<void>;
}

/** Grants that come by themselves, as a message or with the answer to a release: whose they are. */
export class Arrivals {
  constructor(
    private readonly parts: Addressees,
    private readonly log: Log,
  ) {}

  /** To be confirmed. */
  granted(name: string, grantId: GrantId, token: number): void {
    const { waiting, left } = this.parts;
    if (!waiting.granted(grantId, token) && !left.has(grantId)) this.#cancelUnknown(name, grantId);
  }

  /** @param sinceMs when its lease began, or a moment before; monotonic */
  outright(name: string, grantId: GrantId, token: number, sinceMs: number): void {
    const { waiting, left } = this.parts;
    if (waiting.granted(grantId, token, sinceMs)) return;
    if (left.has(grantId)) void this.#loosen(name, grantId);
    else this.#cancelUnknown(name, grantId);
  }

  /** The session has gone on elsewhere with what it had or waited for under this id. */
  superseded(grantId: GrantId): void {
    this.parts.left.ended(grantId);
    this.parts.known.ended(grantId);
    this.parts.waiting.superseded(grantId);
  }

  #cancelUnknown(name: string, grantId: GrantId): void {
    if (!this.parts.known.has(grantId)) this.parts.cancellations.add(name, grantId);
  }

  /** Who left a place must not keep others from the lock for a whole lease. */
  async #loosen(name: string, grantId: GrantId): Promise<void> {
    try {
      await this.parts.loosen(name, grantId);
    } catch (err) {
      if (err instanceof LockTableUnavailable) return; // it passes on at the end of its lease
      this.log.error('lock.loosen-failed', 'A grant to a place that was left stays', { err });
    }
  }
}
