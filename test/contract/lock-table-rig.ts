import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Acquisition, Grant, LockRequest, LockTable } from '../../src/locks/lock-table.js';
import type { GrantId, LockState, SessionId } from '../../src/locks/model.js';

/** One backing of a lock table, and how time passes for it. */
export interface LockTableFixture {
  /** One replica, and another one on the same backing (the same, where there can be only one). */
  readonly here: LockTable;
  readonly there: LockTable;
  /** How long an unconfirmed grant lives here, in milliseconds. */
  readonly provisionalMs: number;
  /** The result of something that time will bring about by itself. */
  until<T>(outcome: Promise<T>): Promise<T>;
  /** Lets time pass until the condition holds. */
  untilTrue(condition: () => Promise<boolean>): Promise<void>;
  /** Lets messages and promises arrive, without time passing that leases are measured in. */
  arrived(): Promise<void>;
  close(): Promise<void>;
}

/** Lease and wait that no test outlives. */
export const LONG_MS = 60_000;

/** A lease or wait whose end a test waits for. */
export const SHORT_MS = 150;

/** Asks a lock table for one name that no other test knows. */
export class LockTableRig {
  readonly name = `dir/${randomUUID()}.txt`;

  constructor(private readonly fixture: LockTableFixture) {}

  ask(session: string, wish: Partial<LockRequest> = {}): LockRequest {
    return {
      name: this.name,
      mode: 'exclusive',
      session: session as SessionId,
      grantId: randomUUID() as GrantId,
      ttlMs: LONG_MS,
      waitMs: 0,
      holder: `${session}'s program`,
      address: '192.0.2.1:4711',
      note: '',
      generation: 1,
      holdsOthers: false,
      ...wish,
    };
  }

  async acquire(
    table: LockTable,
    session: string,
    wish: Partial<LockRequest> = {},
  ): Promise<Grant> {
    return granted(await table.acquire(this.ask(session, wish)));
  }

  /** Acquires and confirms, as a session does. */
  async hold(table: LockTable, session: string, wish: Partial<LockRequest> = {}): Promise<Grant> {
    const request = this.ask(session, wish);
    const grant = granted(await table.acquire(request));
    const lease = { name: request.name, grantId: grant.grantId, ttlMs: request.ttlMs };
    expect(await table.confirm(lease)).to.not.equal(undefined);
    return grant;
  }

  /**
   * A request that waits; resolved here once it was told its place. Its search for circles is over
   * then, too: whoever closes one comes later.
   */
  async queue(
    table: LockTable,
    session: string,
    wish: Partial<LockRequest> = {},
  ): Promise<{ answer: Promise<Acquisition>; request: LockRequest }> {
    const queued = Promise.withResolvers<void>();
    const onQueued: LockRequest['onQueued'] = (place) => {
      queued.resolve();
      wish.onQueued?.(place);
    };
    const request = this.ask(session, { waitMs: LONG_MS, ...wish, onQueued });
    const answer = table.acquire(request);
    answer.then((early) => {
      queued.reject(new Error(`${session} was not queued, but got: ${JSON.stringify(early)}`));
    }, queued.reject);
    await this.fixture.until(queued.promise);
    return { answer, request };
  }
}

export function granted(acquisition: Acquisition): Grant {
  if (acquisition.outcome !== 'granted') {
    throw new Error(`expected a grant, got: ${JSON.stringify(acquisition)}`);
  }
  return acquisition.grant;
}

export function sessionsOf(state: LockState): string[] {
  return state.holders.map((holder) => holder.session).sort();
}
