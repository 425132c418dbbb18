import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Grant, Lease, LockRequest, LockTable } from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { eventually } from '../support/eventually.js';

/** Lease and wait that no test outlives. */
export const LONG_MS = 60_000;

export interface Held extends Grant {
  readonly lease: Lease;
  readonly copies: number;
}

export const ask = (
  name: string,
  session: string,
  wish: Partial<LockRequest> = {},
): LockRequest => ({
  name,
  mode: 'exclusive',
  session: session as SessionId,
  grantId: randomUUID() as GrantId,
  ttlMs: LONG_MS,
  waitMs: 0,
  holder: '',
  address: '',
  note: '',
  generation: 1,
  holdsOthers: false,
  ...wish,
});

/** Acquires and confirms, as a session does. */
export const hold = async (
  table: LockTable,
  name: string,
  session: string,
  wish: Partial<LockRequest> = {},
): Promise<Held> => {
  const acquisition = await table.acquire(ask(name, session, wish));
  if (acquisition.outcome !== 'granted') throw new Error(`got: ${acquisition.outcome}`);
  const { grant } = acquisition;
  const lease = { name, grantId: grant.grantId, ttlMs: LONG_MS };
  const confirmation = await table.confirm(lease);
  if (confirmation === undefined) throw new Error('the grant was gone');
  return { ...grant, lease, ...confirmation };
};

/** A request that waits; resolved here once it stands in the queue. */
export const queue = async (table: LockTable, name: string, session: string) => {
  const { waiting } = await table.inspect(name);
  const answer = table.acquire(ask(name, session, { waitMs: LONG_MS }));
  answer.catch(() => undefined);
  await eventually('it waits', async () => (await table.inspect(name)).waiting === waiting + 1);
  return { answer };
};

export const holdersOf = async (table: LockTable, name: string): Promise<string[]> =>
  (await table.inspect(name)).holders.map(({ session }) => session);

/** The error that a call must fail with. */
export const failure = async (call: Promise<unknown>): Promise<unknown> => {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  expect(outcome).to.have.property('error');
  return 'error' in outcome ? outcome.error : undefined;
};
