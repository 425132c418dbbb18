import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { GrantId } from '../../../src/locks/model.js';
import { type Addressees, Arrivals } from '../../../src/locks/redis/arrivals.js';
import { settle } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const NAME = 'a.txt';
const GRANT = 'g' as GrantId;

describe('Arrivals', () => {
  let whose: 'waiting' | 'known' | 'left' | 'nobody';
  let did: string[];
  let log: RecordingLog;
  let arrivals: Arrivals;
  let loosen: Addressees['loosen'];

  beforeEach(() => {
    did = [];
    log = new RecordingLog();
    loosen = async (name, grantId) => void did.push(`loosen ${name} ${grantId}`);
    const parts = {
      waiting: {
        granted: (grantId: GrantId, token: number, runsSinceMs?: number) => {
          if (whose === 'waiting') did.push(`grant ${grantId} ${token} since ${runsSinceMs}`);
          return whose === 'waiting';
        },
      },
      known: { has: () => whose === 'known' },
      left: { has: () => whose === 'left' },
      cancellations: {
        add: (name: string, grantId: GrantId) => did.push(`cancel ${name} ${grantId}`),
      },
      loosen: (name: string, grantId: GrantId) => loosen(name, grantId),
    };
    arrivals = new Arrivals(parts as unknown as Addressees, log);
  });

  it('are told to who waits, with the time since when the lease runs', () => {
    whose = 'waiting';
    arrivals.granted(NAME, GRANT, 3);
    arrivals.outright(NAME, GRANT, 4, 17);
    expect(did).to.deep.equal(['grant g 3 since undefined', 'grant g 4 since 17']);
  });

  it('are nothing new where they are known', () => {
    whose = 'known';
    arrivals.granted(NAME, GRANT, 3);
    arrivals.outright(NAME, GRANT, 3, 17);
    expect(did).to.deep.equal([]);
  });

  it('are given back where nobody waits for them any more', () => {
    whose = 'nobody';
    arrivals.granted(NAME, GRANT, 3);
    arrivals.outright(NAME, GRANT, 3, 17);
    expect(did).to.deep.equal(['cancel a.txt g', 'cancel a.txt g']);
  });

  it('pass on by themselves where the place was left: at once, or when it is said', () => {
    whose = 'left';
    arrivals.granted(NAME, GRANT, 3);
    expect(did).to.deep.equal([]);
    arrivals.outright(NAME, GRANT, 3, 17);
    expect(did).to.deep.equal(['loosen a.txt g']);
  });

  it('are left to the end of their lease where that cannot be said', async () => {
    whose = 'left';
    loosen = () => Promise.reject(new LockTableUnavailable('away', true));
    arrivals.outright(NAME, GRANT, 3, 17);
    await settle();
    expect(log.lines).to.deep.equal([]);
    loosen = () => Promise.reject(new Error('bug'));
    arrivals.outright(NAME, GRANT, 3, 17);
    await settle();
    expect(log.lines.map(({ event }) => event)).to.deep.equal(['lock.loosen-failed']);
  });
});
