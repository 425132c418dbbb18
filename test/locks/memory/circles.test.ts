import { expect } from 'chai';
import { findCircle, type Waiting } from '../../../src/locks/memory/circles.js';
import { LockEntry } from '../../../src/locks/memory/lock-entry.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';

const NOW = { monotonicMs: 1_000, epochMs: 1_700_000_000_000 };

/** As many as there may be connections, each waiting for the next one. */
const LENGTH = 20_000;

describe('A circle of sessions', () => {
  const sessionOf = (index: number): SessionId => `session ${index}` as SessionId;

  function heldBy(index: number, confirmed: boolean): LockEntry {
    const entry = new LockEntry(`file ${index}`, () => undefined);
    const grantId = `grant ${index}` as GrantId;
    entry.tryGrant(
      {
        name: entry.name,
        mode: 'exclusive',
        session: sessionOf(index),
        grantId,
        ttlMs: 1,
        waitMs: 0,
        holder: '',
        address: '',
        note: '',
        generation: 1,
        holdsOthers: true,
      },
      NOW,
    );
    const holder = entry.find(grantId);
    if (holder !== undefined && confirmed) holder.provisional = false;
    return entry;
  }

  /** Session n holds file n and waits for the next one. */
  function chain(length: number, confirmed = true): Map<SessionId, Waiting> {
    const entries = Array.from({ length }, (_, index) => heldBy(index, confirmed));
    return new Map(
      entries.slice(1).map((entry, index) => {
        const session = sessionOf(index);
        return [session, { entry, step: { session, holder: '', address: '', name: entry.name } }];
      }),
    );
  }

  function closing(length: number, waiting: ReadonlyMap<SessionId, Waiting>, entry: LockEntry) {
    const session = sessionOf(length - 1);
    const first = { entry, step: { session, holder: '', address: '', name: entry.name } };
    return findCircle(first, NOW, (other) => waiting.get(other));
  }

  it('is found however long it is, in order', () => {
    const waiting = chain(LENGTH);
    const circle = closing(LENGTH, waiting, heldBy(0, true));
    expect(circle).to.have.length(LENGTH);
    expect(circle?.slice(0, 3).map((step) => [step.session, step.name])).to.deep.equal([
      [sessionOf(LENGTH - 1), 'file 0'],
      [sessionOf(0), 'file 1'],
      [sessionOf(1), 'file 2'],
    ]);
  });

  it('is none through a grant that was not confirmed: it passes on by itself', () => {
    expect(closing(2, chain(2), heldBy(0, false))).to.equal(undefined);
    expect(closing(2, chain(2), heldBy(0, true))).to.have.length(2);
  });
});
