import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { expect } from 'chai';
import {
  AT_ONCE_TIMES,
  BusyPoll,
  LOST_MS,
  NEAR_REQUESTS,
  POLL_MS,
  REQUESTS_A_LOSS,
  REST_REQUESTS,
} from '../../src/net/busy-poll.js';
import { FakeClock } from '../support/fake-clock.js';

const NEAR_MS = POLL_MS / 2;
const FAR_MS = POLL_MS * 2;
const SOME_TURNS = 5;
const [ANA, BEN] = [1, 2];

interface Asking {
  readonly client?: number;
  readonly apartMs?: number;
  /** Of the event loop, before each request. */
  readonly turns?: number;
}

describe('BusyPoll', () => {
  let clock: FakeClock;
  let poll: BusyPoll;

  beforeEach(() => {
    clock = new FakeClock();
    poll = new BusyPoll(clock, true);
  });

  // Whatever still polls ends.
  afterEach(() => poll.busy());

  const pass = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await turnOfTheLoop();
  };

  const ask = async (
    times: number,
    { client = ANA, apartMs = NEAR_MS, turns = 0 }: Asking = {},
  ): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await clock.advance(apartMs);
      await pass(turns);
      poll.answered(client, clock.monotonicMs());
    }
  };

  const begun = (): Promise<void> => ask(NEAR_REQUESTS + 1);

  it('begins when a client asks again soon, often enough', async () => {
    await ask(NEAR_REQUESTS);
    expect(poll.active).to.equal(false);
    await ask(1);
    expect(poll.active).to.equal(true);
  });

  it('does not begin where one request is late', async () => {
    await ask(NEAR_REQUESTS);
    await ask(1, { apartMs: FAR_MS });
    await ask(NEAR_REQUESTS - 1);
    expect(poll.active).to.equal(false);
  });

  it('does not begin where clients take turns', async () => {
    for (let round = 0; round < NEAR_REQUESTS; round++) {
      await ask(2, { client: ANA });
      await ask(2, { client: BEN });
    }
    expect(poll.active).to.equal(false);
  });

  it('goes on while each request is waited for, and comes in time', async () => {
    await begun();
    await ask(10 * NEAR_REQUESTS, { turns: SOME_TURNS });
    expect(poll.active).to.equal(true);
  });

  const ends: Record<string, () => void | Promise<void>> = {
    'nothing comes in time': async () => {
      await clock.advance(FAR_MS);
      await pass(SOME_TURNS);
    },
    'another client asks': () => ask(1, { client: BEN }),
    'something has to be waited for': () => poll.busy(),
  };
  for (const [when, happens] of Object.entries(ends)) {
    it(`ends when ${when}, and begins like the first time`, async () => {
      await begun();
      await happens();
      expect(poll.active).to.equal(false);
      await ask(NEAR_REQUESTS);
      expect(poll.active).to.equal(false);
      await ask(1);
      expect(poll.active).to.equal(true);
    });
  }

  it('ends where requests are always there already, and rests for long', async () => {
    await begun();
    await ask(AT_ONCE_TIMES);
    expect(poll.active).to.equal(false);
    await ask(REST_REQUESTS - 1);
    expect(poll.active).to.equal(false);
    await ask(1);
    expect(poll.active).to.equal(true);
  });

  it('forgives that now and then one was there already', async () => {
    await begun();
    for (let time = 0; time < NEAR_REQUESTS; time++) {
      await ask(AT_ONCE_TIMES - 1);
      await ask(1, { turns: SOME_TURNS });
    }
    expect(poll.active).to.equal(true);
  });

  /** Somebody else has the processor after a look; the next request is there by then, or not yet. */
  const lose = async (requested: boolean): Promise<void> => {
    await pass(SOME_TURNS);
    await clock.advance(2 * LOST_MS);
    if (requested) poll.answered(ANA, clock.monotonicMs());
    else await pass(SOME_TURNS);
    expect(poll.active).to.equal(false);
  };

  for (const requested of [true, false]) {
    const then = requested ? 'while the next request came' : 'before the next request came';
    it(`rests for long where others need the processor, ${then}`, async () => {
      await begun();
      await lose(requested);
      await begun();
      expect(poll.active).to.equal(true);
      await lose(requested);
      await ask(REST_REQUESTS - 1);
      expect(poll.active).to.equal(false);
      await ask(2);
      expect(poll.active).to.equal(true);
    });
  }

  it('forgives that the processor was lost once in a while', async () => {
    await begun();
    for (let time = 0; time < 2; time++) {
      await ask(REQUESTS_A_LOSS, { turns: SOME_TURNS });
      await lose(time === 0);
      await begun();
      expect(poll.active).to.equal(true);
    }
  });

  it('never begins where it is not allowed', async () => {
    poll = new BusyPoll(clock, false);
    await ask(10 * NEAR_REQUESTS, { turns: 1 });
    expect(poll.active).to.equal(false);
  });
});
