import { expect } from 'chai';
import type { LockNotice, LockTable } from '../../src/locks/lock-table.js';
import type { GrantId } from '../../src/locks/model.js';
import { LockNotices } from '../../src/sessions/lock-notices.js';
import type { HeldLock, Session } from '../../src/sessions/session.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

describe('LockNotices', () => {
  let replica: SessionFixture;
  let mine: Session;
  let lock: HeldLock;
  let told: string[];
  let tell: (notice: LockNotice) => void;

  beforeEach(async () => {
    replica = new SessionFixture();
    const table: Pick<LockTable, 'onNotice'> = {
      onNotice: (listener) => {
        tell = listener;
        return () => undefined;
      },
    };
    new LockNotices(table as LockTable, replica.held, replica.log).start();
    mine = replica.session();
    told = [];
    mine.listener = {
      lost: ({ name }) => told.push(`lost ${name}`),
      waitedFor: ({ name }, waiting) => told.push(`${waiting} wait for ${name}`),
    };
    const outcome = await replica.locking.lock(mine, NAME, wish());
    if (outcome.outcome !== 'granted') throw new Error(outcome.outcome);
    lock = outcome.lock;
  });

  it('tell a session that its lock went to another, and what it writes is refused', async () => {
    tell({ kind: 'lost', name: NAME, grantId: lock.grantId });
    expect(told).to.deep.equal([`lost ${NAME}`]);
    expect(replica.log.lines.at(-1)).to.include({ event: 'lock.handed-on-lost' });
    expect(await replica.put(mine, NAME, 'late')).to.deep.equal({
      outcome: 'fenced',
      because: 'the lock table had granted it to somebody else',
    });
  });

  it('tell a session how many wait', () => {
    tell({ kind: 'waited-for', name: NAME, grantId: lock.grantId, waiting: 3 });
    expect(told).to.deep.equal([`3 wait for ${NAME}`]);
  });

  it('are nothing to anybody where the lock is held no more', () => {
    tell({ kind: 'lost', name: NAME, grantId: 'another' as GrantId });
    expect(told).to.deep.equal([]);
    expect(mine.held.get(NAME)?.state).to.equal('live');
  });
});
