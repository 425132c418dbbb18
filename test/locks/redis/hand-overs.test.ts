import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { Grant, LockRequest } from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { type HandOverParts, HandOvers } from '../../../src/locks/redis/hand-overs.js';
import { KnownGrants } from '../../../src/locks/redis/known-grants.js';
import type { ReleaseReply, Verdict } from '../../../src/locks/redis/replies.js';
import type { Heir } from '../../../src/locks/redis/scripts.js';
import { FakeClock } from '../../support/fake-clock.js';

const NAME = 'a.txt';
const [ANA, BEN] = ['ana' as GrantId, 'ben' as GrantId];
const TTL_MS = 1_000;

const request = (grantId: GrantId, wish: Partial<LockRequest> = {}): LockRequest => ({
  name: NAME,
  mode: 'exclusive',
  session: grantId as string as SessionId,
  grantId,
  ttlMs: TTL_MS,
  waitMs: 60_000,
  holder: '',
  address: '',
  note: '',
  generation: 1,
  holdsOthers: false,
  outright: true,
  ...wish,
});

const grantOf = ({ grantId, mode }: LockRequest, token: number): Grant => ({
  ...{ grantId, mode, token, fresh: true },
});

describe('HandOvers', () => {
  let clock: FakeClock;
  let known: KnownGrants;
  let link: { up: boolean; minReplicas: number };
  let next: LockRequest | undefined;
  let freed: Heir[];
  let told: string[];
  let answer: () => Promise<ReleaseReply>;
  let verdict: Verdict;
  let handOvers: HandOvers;

  beforeEach(() => {
    clock = new FakeClock();
    known = new KnownGrants(clock);
    link = { up: true, minReplicas: 0 };
    next = request(BEN);
    freed = [];
    told = [];
    verdict = 'known';
    answer = async () => ({ wasThere: true, next: '', granted: [{ grantId: BEN, token: 8 }] });
    const waiting = {
      next: () => next,
      granted: (grantId: GrantId, token: number, sinceMs: number) => {
        const waited = next;
        if (waited?.grantId !== grantId) return false;
        next = undefined;
        told.push(`granted ${grantId} ${token}`);
        known.granted(waited, grantOf(waited, token), sinceMs);
        known.runs(grantId, sinceMs);
        return true;
      },
    };
    const parts = {
      ...{ link, known, waiting, clock },
      scripts: {
        announce: async () => {
          told.push('announced');
          return [verdict];
        },
      },
      free: (_name: string, _grantId: GrantId, heir: Heir) => {
        told.push('freed');
        freed.push(heir);
        return answer();
      },
      lost: (name: string, grantId: GrantId) => told.push(`lost ${name} ${grantId}`),
    };
    handOvers = new HandOvers(parts as unknown as HandOverParts);
  });

  const hold = (wish: Partial<LockRequest> = {}): void => {
    const holding = request(ANA, wish);
    known.granted(holding, grantOf(holding, 7), clock.monotonicMs());
    known.runs(ANA, clock.monotonicMs());
  };

  const heir = (): Heir => {
    const found = handOvers.heirOf(NAME, ANA);
    if (found === undefined) throw new Error('nobody is next');
    return found;
  };

  it('choose the next in line, for as long as the former lease goes on', async () => {
    hold();
    const sinceMs = clock.monotonicMs();
    await clock.advance(TTL_MS / 20);
    expect(handOvers.heirOf(NAME, ANA)).to.deep.equal({
      ...{ name: NAME, grantId: BEN, token: 8, ttlMs: TTL_MS },
      sinceMs,
    });
    next = request(BEN, { ttlMs: TTL_MS / 2 });
    expect(heir().sinceMs).to.equal(clock.monotonicMs());
  });

  it('choose nobody where the former lease does not keep others away for long enough', async () => {
    hold();
    next = request(BEN, { ttlMs: 2 * TTL_MS });
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    next = request(BEN);
    await clock.advance(TTL_MS / 10);
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
  });

  it('choose nobody where the table has to be asked, or cannot be', () => {
    hold();
    link.up = false;
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    link.up = true;
    link.minReplicas = 1;
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
  });

  const others: readonly [string, () => void][] = [
    ['who reads', () => (next = request(BEN, { mode: 'shared' }))],
    ['who may not have it outright', () => (next = request(BEN, { outright: false }))],
    ['while nobody of this replica is next', () => (next = undefined)],
  ];
  for (const [who, given] of others) {
    it(`choose nobody ${who}`, () => {
      hold();
      given();
      expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    });
  }

  it('choose nobody after a lock that others share, that was never told, or that is over', () => {
    hold({ mode: 'shared' });
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    known.ended(ANA);
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    const holding = request(ANA);
    known.granted(holding, grantOf(holding, 7), clock.monotonicMs());
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
    known.runs(ANA, clock.monotonicMs());
    expect(handOvers.heirOf(NAME, ANA)).to.not.equal(undefined);
    const other = request('cas' as GrantId);
    known.granted(other, grantOf(other, 9), clock.monotonicMs());
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
  });

  it('tell the heir first, then Redis, from whose hearing on its lease counts', async () => {
    hold();
    const first = heir();
    const released = handOvers.release(NAME, ANA, first);
    expect(told).to.deep.equal(['granted ben 8']);
    expect(known.has(ANA)).to.equal(false);
    expect(await released).to.equal(true);
    expect(told).to.deep.equal(['granted ben 8', 'freed']);
    expect(freed).to.deep.equal([first]);
    expect(known.soleWriter(NAME, BEN)).to.deep.include({ token: 8 });
  });

  it('hand on nothing that Redis has not heard of', async () => {
    hold();
    const heard = Promise.withResolvers<ReleaseReply>();
    answer = () => heard.promise;
    const released = handOvers.release(NAME, ANA, heir());
    next = request('cas' as GrantId);
    expect(handOvers.heirOf(NAME, BEN)).to.equal(undefined);
    heard.resolve({ wasThere: true, next: '', granted: [{ grantId: BEN, token: 8 }] });
    await released;
    expect(handOvers.heirOf(NAME, BEN)).to.include({ grantId: 'cas', token: 9 });
  });

  it('name the same heir when a release is repeated, and tell it nothing twice', async () => {
    hold();
    answer = () => Promise.reject(new LockTableUnavailable('away', true));
    const error = await handOvers.release(NAME, ANA, heir()).catch((failure: unknown) => failure);
    expect(error).to.be.instanceOf(LockTableUnavailable);
    link.up = false;
    next = request('cas' as GrantId);
    const again = heir();
    expect(again).to.include({ grantId: BEN, token: 8 });
    answer = async () => ({ wasThere: false, next: '', granted: [] });
    expect(await handOvers.release(NAME, ANA, again)).to.equal(true);
    expect(told).to.deep.equal(['granted ben 8', 'freed', 'freed', 'announced']);
    expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
  });

  it('know no heir any more once its lease was renewed, or has ended', async () => {
    for (const end of [
      () => known.extended({ name: NAME, grantId: BEN, ttlMs: TTL_MS }, clock.monotonicMs()),
      () => known.ended(BEN),
    ]) {
      next = request(BEN);
      hold();
      answer = () => Promise.reject(new LockTableUnavailable('away', true));
      await handOvers.release(NAME, ANA, heir()).catch(() => undefined);
      end();
      expect(handOvers.heirOf(NAME, ANA)).to.equal(undefined);
      known.ended(BEN);
    }
  });

  it('tell the heir that its lock is lost where Redis gave it to another', async () => {
    hold();
    answer = async () => ({ wasThere: true, next: '', granted: [] });
    verdict = 'lost';
    expect(await handOvers.release(NAME, ANA, heir())).to.equal(true);
    expect(told).to.deep.equal(['granted ben 8', 'freed', 'announced', 'lost a.txt ben']);
    expect(known.has(BEN)).to.equal(false);
  });

  it('announce no heir that has given the lock up meanwhile', async () => {
    hold();
    answer = async () => ({ wasThere: false, next: '', granted: [] });
    const released = handOvers.release(NAME, ANA, heir());
    known.ended(BEN);
    expect(await released).to.equal(false);
    expect(told).to.deep.equal(['granted ben 8', 'freed']);
  });
});
