import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { LockRequest } from '../../../src/locks/lock-table.js';
import type { CircleStep, GrantId, SessionId } from '../../../src/locks/model.js';
import { CircleSearch } from '../../../src/locks/redis/circle-search.js';
import type { KeptWait } from '../../../src/locks/session-records.js';

describe('CircleSearch', () => {
  /** Who holds a name, and who waits for it. */
  let holders: Map<string, string[]>;
  let hints: Map<string, KeptWait>;
  let waiting: Set<string>;
  let looked: string[];
  let fails: boolean;
  let search: CircleSearch;

  beforeEach(() => {
    [holders, hints, waiting, looked, fails] = [new Map(), new Map(), new Set(), [], false];
    search = new CircleSearch({
      leaveHint: async (session, wait) => {
        if (fails) throw new LockTableUnavailable('away', true);
        hints.set(session, wait);
      },
      hintOf: async (session) => hints.get(session),
      holders: async (name, grantId) => {
        looked.push(name);
        if (grantId !== undefined && !waiting.has(grantId)) return [];
        return (holders.get(name) ?? []).map((session) => ({
          session: session as SessionId,
          holder: `${session}'s`,
          address: '',
        }));
      },
    });
  });

  const grantId = (session: string, name: string): GrantId => `${session}/${name}` as GrantId;

  const waits = (session: string, name: string): void => {
    hints.set(session, { name, grantId: grantId(session, name) });
    waiting.add(grantId(session, name));
  };

  const closedBy = async (session: string, name: string) => {
    waits(session, name);
    return await search.closedBy({
      name,
      mode: 'exclusive',
      session: session as SessionId,
      grantId: grantId(session, name),
      ttlMs: 1_000,
      waitMs: 1_000,
      holder: `${session}'s`,
      address: '',
      note: '',
      generation: 1,
      holdsOthers: true,
    } satisfies LockRequest);
  };

  const shown = (circle: readonly CircleStep[] | undefined): string[] | undefined =>
    circle?.map(({ session, holder, name }) => `${session} (${holder}) ${name}`);

  it('finds two that wait for each other', async () => {
    holders.set('a', ['ana']).set('b', ['ben']);
    waits('ben', 'a');
    expect(shown(await closedBy('ana', 'b'))).to.deep.equal(["ana (ana's) b", "ben (ben's) a"]);
    expect(looked).to.deep.equal(['b', 'a']);
  });

  it('finds the way round through several, and past readers who wait for nothing', async () => {
    holders.set('a', ['ana']).set('b', ['idle', 'ben']).set('c', ['cas']);
    waits('ben', 'c');
    waits('cas', 'a');
    const circle = await closedBy('ana', 'b');
    expect(circle?.map(({ session }) => session)).to.deep.equal(['ana', 'ben', 'cas']);
  });

  it('follows no hint whose wait is over', async () => {
    holders.set('a', ['ana']).set('b', ['ben']);
    waits('ben', 'a');
    waiting.clear();
    expect(await closedBy('ana', 'b')).to.equal(undefined);
  });

  it('does not take what it holds of the same name for a circle', async () => {
    holders.set('a', ['ana', 'ben']);
    expect(await closedBy('ana', 'a')).to.equal(undefined);
  });

  it('comes to an end where others wait in a circle of their own', async () => {
    holders.set('a', ['ana']).set('b', ['ben']).set('c', ['cas']);
    waits('ben', 'c');
    waits('cas', 'b');
    expect(await closedBy('ana', 'b')).to.equal(undefined);
    expect(looked).to.have.length(3);
  });

  it('looks at 64 names at most', async () => {
    for (let at = 0; at < 100; at++) {
      holders.set(`${at}`, [`s${at}`]);
      waits(`s${at}`, `${at + 1}`);
    }
    holders.set('100', ['ana']);
    expect(await closedBy('ana', '0')).to.equal(undefined);
    expect(looked).to.have.length(64);
  });

  it('asks 256 sessions at most', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `reader ${at}`);
    holders.set('b', many).set('a', ['ana']);
    waits('reader 256', 'a');
    expect(await closedBy('ana', 'b')).to.equal(undefined);
    waits('reader 255', 'a');
    expect(await closedBy('ana', 'b')).to.have.length(2);
  });

  it('says nothing where the table does not answer', async () => {
    fails = true;
    expect(await closedBy('ana', 'b')).to.equal(undefined);
  });
});
