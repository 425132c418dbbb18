import { expect } from 'chai';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import { type Actor, AuditUnavailable } from '../../src/sessions/audit-trail.js';
import { Breaking } from '../../src/sessions/breaking.js';
import { LockNotices } from '../../src/sessions/lock-notices.js';
import type { Session } from '../../src/sessions/session.js';
import { RecordingAuditTrail } from '../support/recording-audit-trail.js';
import { rejection } from '../support/rejection.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

describe('Breaking', () => {
  let replica: SessionFixture;
  let audit: RecordingAuditTrail;
  let breaking: Breaking;
  let mine: Session;
  let by: Actor;

  beforeEach(() => {
    replica = new SessionFixture();
    audit = new RecordingAuditTrail();
    const { table, files, observer, clock, log } = replica;
    breaking = new Breaking(table, files, audit, observer, clock, log);
    new LockNotices(table, replica.held, log).start();
    mine = replica.session();
    by = { session: replica.session().id, holder: 'admin', address: '192.0.2.9:9000' };
  });

  const lock = async (session: Session, changes: Parameters<typeof wish>[0] = {}) => {
    expect((await replica.locking.lock(session, NAME, wish(changes))).outcome).to.equal('granted');
  };

  const holders = async () =>
    (await replica.table.inspect(NAME)).holders.map(({ session }) => session);

  it('ends the lock, and refuses what its holder writes from then on, saying who and why', async () => {
    await lock(mine);
    expect(await breaking.break(NAME, by, 'stuck')).to.equal(1);
    expect(await holders()).to.deep.equal([]);
    expect(mine.held.get(NAME)?.state).to.equal('lost');
    expect(await replica.put(mine, NAME, 'late')).to.deep.equal({
      outcome: 'fenced',
      because: 'it was broken by admin (192.0.2.9:9000): stuck',
    });
    expect(await replica.content(NAME)).to.equal(undefined);
    expect(replica.observer.events.filter((event) => event === 'broken')).to.have.length(1);
  });

  it('refuses a holder’s change also where its replica hears nothing of it', async () => {
    const deaf = replica.replica();
    const far = deaf.session();
    expect((await deaf.locking.lock(far, NAME, wish())).outcome).to.equal('granted');
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(far.held.get(NAME)?.state).to.equal('live');
    expect(await deaf.put(far, NAME, 'late')).to.deep.equal({
      outcome: 'fenced',
      because: undefined,
    });
    expect(await replica.content(NAME)).to.equal(undefined);
  });

  it('hands the lock to who is next in line, who can write', async () => {
    await lock(mine);
    const next = replica.session();
    const waiting = replica.locking.lock(next, NAME, wish({ waitMs: 1_000 }));
    while ((await replica.table.inspect(NAME)).waiting === 0) await Promise.resolve();
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(await waiting).to.include({ outcome: 'granted' });
    expect(await replica.put(next, NAME, 'next')).to.include({ outcome: 'published' });
  });

  it('ends every reader, and counts them', async () => {
    const readers = [mine, replica.session(), replica.session()];
    for (const reader of readers) await lock(reader, { mode: 'shared' });
    expect(await breaking.break(NAME, by, '')).to.equal(3);
    for (const reader of readers) expect(reader.held.get(NAME)?.state).to.equal('lost');
    expect(audit.records.at(-1)?.holders).to.have.length(3);
  });

  it('ends a lease that ran out and that its holder could renew', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(await replica.locking.renew(mine, NAME)).to.deep.equal({ outcome: 'lost' });
  });

  it('changes and records nothing where nobody holds it', async () => {
    const head = await replica.files.ensureHead(NAME);
    expect(await breaking.break(NAME, by, '')).to.equal(0);
    expect(await replica.files.head(NAME)).to.deep.equal(head);
    expect(audit.records).to.deep.equal([]);
  });

  it('records who, what, why and whose, before and after', async () => {
    mine.holder = 'job';
    await lock(mine, { note: 'backup' });
    let before: readonly string[] = [];
    audit.before = async () => {
      before = await holders();
      audit.before = () => Promise.resolve();
    };
    await breaking.break(NAME, by, 'stuck');
    expect(before, 'nothing is done before the first record').to.deep.equal([mine.id]);
    const [intent, done] = audit.records;
    expect(intent?.event).to.equal('lock.breaking');
    expect(done).to.deep.include({ event: 'lock.broken', id: intent?.id, name: NAME, by });
    expect(done?.reason).to.equal('stuck');
    expect(done?.time).to.match(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/);
    for (const record of audit.records) {
      expect(record.holders.map(({ sinceMs: _, ...rest }) => rest)).to.deep.equal([
        {
          session: mine.id,
          mode: 'exclusive',
          token: 1,
          holder: 'job',
          address: '192.0.2.1:5000',
          note: 'backup',
          remainingMs: 30_000,
        },
      ]);
    }
    const line = replica.log.lines.find(({ event }) => event === 'lock.broken');
    expect(line).to.not.equal(undefined);
  });

  it('breaks nothing that cannot be recorded', async () => {
    await lock(mine);
    audit.failing = true;
    expect(await rejection(breaking.break(NAME, by, ''))).to.be.instanceOf(AuditUnavailable);
    expect(await holders()).to.deep.equal([mine.id]);
    expect(await replica.put(mine, NAME, 'mine')).to.include({ outcome: 'published' });
  });

  it('answers what it did although the second record fails, and logs that one', async () => {
    await lock(mine);
    audit.before = async ({ event }) => {
      audit.failing = event === 'lock.broken';
    };
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(audit.records.map(({ event }) => event)).to.deep.equal(['lock.breaking']);
    expect(replica.log.lines.map(({ event }) => event)).to.include('audit.failed');
  });

  it('refuses the holder’s changes although the table is gone in between, and says so', async () => {
    await lock(mine);
    replica.table.break = () => Promise.reject(new LockTableUnavailable('cut off', true));
    const failed = await rejection(breaking.break(NAME, by, ''));
    expect(failed).to.be.instanceOf(LockTableUnavailable);
    expect(failed.message).to.match(/refused from now on, but .* BREAK it again/);
    expect(failed).to.have.property('outcomeUnknown', true);
    expect(audit.records.map(({ event }) => event)).to.deep.equal([
      'lock.breaking',
      'lock.break-failed',
    ]);
    expect(await replica.put(mine, NAME, 'late')).to.include({ outcome: 'fenced' });
  });

  it('does nothing at all while the table cannot be reached', async () => {
    await lock(mine);
    replica.table.cutOff = true;
    expect(await rejection(breaking.break(NAME, by, ''))).to.be.instanceOf(LockTableUnavailable);
    replica.table.cutOff = false;
    expect(audit.records).to.deep.equal([]);
    expect(await replica.put(mine, NAME, 'mine')).to.include({ outcome: 'published' });
  });

  it('shuts out one who was granted the lock between the two steps', async () => {
    await lock(mine);
    const quick = replica.session();
    const end = replica.table.break.bind(replica.table);
    replica.table.break = async (order) => {
      await replica.locking.unlock(mine, NAME);
      await lock(quick);
      return await end(order);
    };
    // As on a replica that hears nothing: only the head can refuse.
    replica.held.lost = () => undefined;
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(audit.records.at(-1)?.holders.map(({ session }) => session)).to.deep.equal([quick.id]);
    expect(await replica.put(quick, NAME, 'late')).to.include({ outcome: 'fenced' });
    expect(await replica.content(NAME)).to.equal(undefined);
  });

  it('does not stand in the way of the next in line, who was granted meanwhile', async () => {
    await lock(mine);
    const [quick, next] = [replica.session(), replica.session()];
    const end = replica.table.break.bind(replica.table);
    let granted: Promise<unknown> = Promise.resolve();
    replica.table.break = async (order) => {
      await replica.locking.unlock(mine, NAME);
      await lock(quick);
      granted = replica.locking.lock(next, NAME, wish({ waitMs: 1_000 }));
      while ((await replica.table.inspect(NAME)).waiting === 0) await Promise.resolve();
      const ended = await end(order);
      await granted;
      return ended;
    };
    expect(await breaking.break(NAME, by, '')).to.equal(1);
    expect(await replica.put(quick, NAME, 'late')).to.include({ outcome: 'fenced' });
    expect(await replica.put(next, NAME, 'next')).to.include({ outcome: 'published' });
  });

  it('ends a grant that was never fenced, of a name without a head', async () => {
    replica.table.beforeConfirm = async () => {
      replica.table.beforeConfirm = () => Promise.resolve();
      const head = await replica.files.head(NAME);
      if (head !== undefined) await replica.files.forgetUnwritten(head);
      expect(await breaking.break(NAME, by, '')).to.equal(0);
      expect(await holders()).to.deep.equal([]);
    };
    await lock(mine);
    expect(audit.records.map(({ event }) => event)).to.deep.equal(['lock.breaking', 'lock.broken']);
    expect(replica.observer.events).to.include('denied:void');
  });

  it('may end the very lock of who asks for it', async () => {
    await lock(mine);
    const own: Actor = { session: mine.id, holder: '', address: mine.address };
    expect(await breaking.break(NAME, own, '')).to.equal(1);
    expect(await replica.put(mine, NAME, 'x')).to.deep.equal({
      outcome: 'fenced',
      because: 'it was broken by 192.0.2.1:5000',
    });
  });
});
