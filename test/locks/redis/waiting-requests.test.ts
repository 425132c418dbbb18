import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { type Acquisition, LEAVE_PLACE, type LockRequest } from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { Cancellations } from '../../../src/locks/redis/cancellations.js';
import { LeftPlaces } from '../../../src/locks/redis/left-places.js';
import type {
  AcquireReply,
  GiveUpReply,
  QueuedReply,
  WaitStatus,
} from '../../../src/locks/redis/replies.js';
import type { Wait } from '../../../src/locks/redis/wait.js';
import { WaitingRequests } from '../../../src/locks/redis/waiting-requests.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const WAIT_MS = 10_000;
const PROVISIONAL_MS = 400;
const ORDER = 17;
const QUEUED: AcquireReply = {
  outcome: 'queued',
  endsInMs: 1_000,
  order: ORDER,
  place: { position: 1, state: { name: 'a.txt', holders: [], waiting: 1, queue: [] } },
};
const away = (): Promise<never> => Promise.reject(new LockTableUnavailable('away', true));

describe('WaitingRequests', () => {
  let clock: FakeClock;
  let asked: { waitMs: number; order: number }[];
  let advanced: (readonly GrantId[])[];
  let released: GrantId[];
  let granted: GrantId[];
  let ask: () => Promise<AcquireReply>;
  let advance: () => Promise<{ endsInMs: number; statuses: WaitStatus[] }>;
  let giveUp: () => Promise<GiveUpReply>;
  let left: LeftPlaces;
  let release: () => Promise<boolean>;
  let cancellations: Cancellations;
  let cancelled: GrantId[];
  let waiting: WaitingRequests;

  beforeEach(() => {
    clock = new FakeClock();
    [asked, advanced, released, granted, cancelled] = [[], [], [], [], []];
    ask = async () => QUEUED;
    left = new LeftPlaces(clock);
    advance = async () => ({ endsInMs: 1_000, statuses: ['waiting'] });
    giveUp = away;
    release = async () => true;
    cancellations = new Cancellations(
      async (_name, grantId) => cancelled.push(grantId),
      clock,
      new RecordingLog(),
    );
    waiting = new WaitingRequests(
      {
        ask: async (_request, waitMs, order) => {
          asked.push({ waitMs, order });
          return await ask();
        },
        advance: async (_name, ids) => {
          advanced.push(ids);
          return await advance();
        },
        giveUp: () => giveUp(),
        release: async (_name, grantId) => {
          released.push(grantId);
          return await release();
        },
        granted: (_request, grant) => granted.push(grant.grantId),
      },
      cancellations,
      left,
      clock,
      new RecordingLog(),
      PROVISIONAL_MS,
    );
  });

  afterEach(() => {
    cancellations.close();
    expect(waiting.size).to.equal(0);
    expect(clock.pendingTimers).to.equal(0);
  });

  const queued = (id: string, signal?: AbortSignal): Wait => {
    const request: LockRequest = {
      name: 'a.txt',
      mode: 'exclusive',
      session: id as SessionId,
      grantId: id as GrantId,
      ttlMs: 1_000,
      waitMs: WAIT_MS,
      holder: '',
      address: '',
      note: '',
      generation: 1,
      holdsOthers: false,
      ...(signal === undefined ? {} : { signal }),
    };
    const wait = waiting.begin(request);
    waiting.queued(wait, queuedReply(2_000));
    return wait;
  };

  const queuedReply = (endsInMs: number, position = 1): QueuedReply => {
    const state = { name: 'a.txt', holders: [], waiting: position, queue: [] };
    return { outcome: 'queued', endsInMs, order: ORDER, place: { position, state } };
  };

  const outcome = async (wait: Wait): Promise<Acquisition['outcome']> =>
    (await wait.settled).outcome;

  it('share one look at the end that is known, and again at the next one', async () => {
    const waits = [queued('1'), queued('2')];
    await clock.advance(1_999);
    expect(advanced).to.deep.equal([]);
    await clock.advance(1);
    expect(advanced).to.deep.equal([['1', '2']]);
    await clock.advance(1_000);
    expect(advanced).to.have.length(2);
    await Promise.all(waits.map((wait) => waiting.leave(wait)));
  });

  it('look earlier where the end came nearer, and not later because of an older answer', async () => {
    const wait = queued('1');
    waiting.endsIn('a.txt', 500);
    waiting.endsIn('a.txt', 1_500);
    await clock.advance(500);
    expect(advanced).to.have.length(1);
    await waiting.leave(wait);
  });

  it('look no sooner where the table says that the end was put off', async () => {
    const wait = queued('1');
    waiting.endsMoved('a.txt', 5_000);
    await clock.advance(4_999);
    expect(advanced).to.deep.equal([]);
    await clock.advance(1);
    expect(advanced).to.have.length(1);
    waiting.endsMoved('a.txt', 200);
    await clock.advance(200);
    expect(advanced).to.have.length(2);
    await waiting.leave(wait);
  });

  it('look again soon where the table did not answer', async () => {
    const wait = queued('1');
    advance = away;
    await clock.advance(2_000);
    advance = async () => ({ endsInMs: 0, statuses: [{ token: 4 }] });
    await clock.advance(1_000);
    expect(await wait.settled).to.deep.include({ outcome: 'granted' });
    expect(granted).to.deep.equal(['1']);
  });

  it('are queued again at their place where the table does not know them', async () => {
    const wait = queued('1');
    advance = async () => ({ endsInMs: 0, statuses: ['unknown'] });
    await clock.advance(2_000);
    expect(asked).to.deep.equal([{ waitMs: 8_000, order: ORDER }]);
    expect(wait.over).to.equal(false);
    expect(waiting.granted('1' as GrantId, 7)).to.equal(true);
    expect(await outcome(wait)).to.equal('granted');
  });

  it('are looked at soon where an answer was lost that may have told of a grant', async () => {
    const wait = queued('1');
    waiting.queued(wait, queuedReply(60_000));
    advance = async () => ({ endsInMs: 60_000, statuses: [{ token: 7 }] });
    waiting.lookSoon('a.txt');
    await clock.advance(1_000);
    expect(await outcome(wait)).to.equal('granted');
    expect(granted).to.deep.equal(['1']);
  });

  describe('of which one is the next in line', () => {
    it('know it where the table says so, in the answer or later', async () => {
      const wait = queued('1');
      expect(waiting.next('a.txt', 0)).to.equal(wait.request);
      const later = waiting.begin({ ...wait.request, grantId: '2' as GrantId });
      waiting.queued(later, queuedReply(60_000, 2));
      expect(waiting.next('a.txt', 0)).to.equal(wait.request);
      waiting.isNext('a.txt', '2' as GrantId);
      expect(waiting.next('a.txt', 0)).to.equal(later.request);
      await waiting.leaveAll();
    });

    it('know of none where it waits elsewhere, or does not wait any more', async () => {
      const wait = queued('1');
      waiting.isNext('a.txt', 'elsewhere' as GrantId);
      expect(waiting.next('a.txt', 0)).to.equal(undefined);
      waiting.isNext('a.txt', '1' as GrantId);
      const beside = queued('2');
      waiting.isNext('a.txt', '1' as GrantId);
      await waiting.leave(wait);
      expect(waiting.next('a.txt', 0)).to.equal(undefined);
      await waiting.leave(beside);
      waiting.isNext('a.txt', '2' as GrantId);
      expect(waiting.next('a.txt', 0)).to.equal(undefined);
    });

    it('do not tell of one whose time is nearly over, or that is not in the queue yet', async () => {
      const wait = queued('1');
      await clock.advance(WAIT_MS - 100);
      expect(waiting.next('a.txt', 100)).to.equal(wait.request);
      expect(waiting.next('a.txt', 101)).to.equal(undefined);
      await waiting.leave(wait);
      const asking = waiting.begin({ ...wait.request, grantId: '2' as GrantId });
      waiting.isNext('a.txt', '2' as GrantId);
      expect(waiting.next('a.txt', 0)).to.equal(undefined);
      asking.end();
    });
  });

  it('are not queued behind the back of somebody who left meanwhile', async () => {
    const answer = Promise.withResolvers<AcquireReply>();
    ask = () => answer.promise;
    advance = async () => ({ endsInMs: 0, statuses: ['unknown'] });
    const wait = queued('1');
    await clock.advance(2_000);
    await waiting.leave(wait);
    answer.resolve({ outcome: 'granted', runs: false, token: 1, mode: 'exclusive' });
    await settle();
    expect(released).to.deep.equal(['1']);
    expect(cancelled).to.deep.equal(['1']);
    expect(granted).to.deep.equal([]);
  });

  it('keep a grant whose message overtook the answer to queueing again', async () => {
    const answer = Promise.withResolvers<AcquireReply>();
    ask = () => answer.promise;
    advance = async () => ({ endsInMs: 0, statuses: ['unknown'] });
    const wait = queued('1');
    await clock.advance(2_000);
    waiting.granted('1' as GrantId, 3);
    answer.resolve({ outcome: 'granted', runs: false, token: 3, mode: 'exclusive' });
    await settle();
    expect(await outcome(wait)).to.equal('granted');
    expect(cancelled).to.deep.equal([]);
  });

  it('fail, and are cancelled in the background, where giving up is not answered', async () => {
    const wait = queued('1');
    const failure = wait.settled.catch((error: unknown) => error);
    await clock.advance(WAIT_MS);
    expect(await failure).to.be.instanceOf(LockTableUnavailable);
    expect(cancelled).to.deep.equal(['1']);
  });

  it('that left are cancelled in the background where leaving is not answered', async () => {
    const leaving = new AbortController();
    const wait = queued('1', leaving.signal);
    release = away;
    leaving.abort();
    expect(await outcome(wait)).to.equal('cancelled');
    expect(cancelled).to.deep.equal(['1']);
  });

  it('leave their place in the queue to their session where they are told to', async () => {
    const leaving = new AbortController();
    const wait = queued('1', leaving.signal);
    await clock.advance(1_000);
    leaving.abort(LEAVE_PLACE);
    expect(await outcome(wait)).to.equal('cancelled');
    expect([released, cancelled]).to.deep.equal([[], []]);
    expect(left.has('1' as GrantId)).to.equal(true);
    await clock.advance(WAIT_MS - 1_000 + PROVISIONAL_MS);
    left.prune();
    expect(left.has('1' as GrantId)).to.equal(false);
  });

  it('do not give a place back that they left while they were queued again', async () => {
    const answer = Promise.withResolvers<AcquireReply>();
    ask = () => answer.promise;
    advance = async () => ({ endsInMs: 0, statuses: ['unknown'] });
    const leaving = new AbortController();
    const wait = queued('1', leaving.signal);
    await clock.advance(2_000);
    leaving.abort(LEAVE_PLACE);
    answer.resolve(QUEUED);
    await settle();
    expect(await outcome(wait)).to.equal('cancelled');
    expect([released, cancelled]).to.deep.equal([[], []]);
  });

  it('end without a word to the table where their session has gone on elsewhere', async () => {
    const wait = queued('1');
    expect(waiting.superseded('1' as GrantId)).to.equal(true);
    expect(await outcome(wait)).to.equal('superseded');
    expect(waiting.superseded('1' as GrantId)).to.equal(false);
    expect([released, cancelled]).to.deep.equal([[], []]);
  });

  it('learn that when they are queued again, too', async () => {
    const wait = queued('1');
    advance = async () => ({ endsInMs: 0, statuses: ['unknown'] });
    ask = async () => ({ outcome: 'superseded' });
    await clock.advance(2_000);
    expect(await outcome(wait)).to.equal('superseded');
  });

  it('that would never end are given up, unless granted at the last moment', async () => {
    const circle = [{ session: '1' as SessionId, holder: '', address: '', name: 'a.txt' }];
    const state = { name: 'a.txt', holders: [], waiting: 0, queue: [] };
    const [refused, lucky] = [queued('1'), queued('2')];
    giveUp = async () => ({ outcome: 'timeout', position: 1, state });
    await waiting.refuse(refused, circle);
    expect(await refused.settled).to.deep.equal({ outcome: 'deadlock', circle });
    giveUp = async () => ({ outcome: 'granted', runs: false, token: 5 });
    await waiting.refuse(lucky, circle);
    expect(await lucky.settled).to.have.nested.property('grant.token', 5);
  });

  it('do not know a grant that nobody waits for', () => {
    expect(waiting.granted('1' as GrantId, 3)).to.equal(false);
  });
});
