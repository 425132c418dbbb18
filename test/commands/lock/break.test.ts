import { expect } from 'chai';
import { BreakCommand } from '../../../src/commands/lock/break.js';
import { Breaking } from '../../../src/sessions/breaking.js';
import { LockNotices } from '../../../src/sessions/lock-notices.js';
import { RecordingAuditTrail } from '../../support/recording-audit-trail.js';
import { type FakeClient, LockCommands } from './fixture.js';

describe('BREAK', () => {
  let commands: LockCommands;
  let audit: RecordingAuditTrail;
  let alice: FakeClient;
  let admin: FakeClient;

  beforeEach(() => {
    audit = new RecordingAuditTrail();
    commands = new LockCommands(({ table, files, observer, clock, log, held }) => {
      new LockNotices(table, held, log).start();
      return [new BreakCommand(new Breaking(table, files, audit, observer, clock, log))];
    });
    alice = commands.client('alice');
    admin = commands.client('admin');
  });

  it('answers how many holders it ended, and 0 where there is none', async () => {
    expect(await admin.send('BREAK', 'a')).to.equal(0);
    await alice.send('LOCK', 'a', 'SHARED');
    await commands.client().send('LOCK', 'a', 'SHARED');
    expect(await admin.send('BREAK', 'a')).to.equal(2);
    expect(await admin.send('LOCK', 'a')).to.be.an('array');
  });

  it('lets a former holder know who broke its lock, and why, whatever it asks', async () => {
    for (const [command, name] of [
      ['RENEW', 'a'],
      ['UNLOCK', 'b'],
    ] as const) {
      await alice.send('LOCK', name);
      await admin.send('BREAK', name, 'reason', 'it is stuck');
      expect(await alice.send(command, name)).to.equal(
        `-FENCED the lock on "${name}" is lost: it was broken by admin (192.0.2.1:5000): it is stuck; nothing was changed: LOCK and GET it again`,
      );
      expect(await alice.send(command, name)).to.match(/^-NOTLOCKED /);
    }
  });

  it('records who asked, from where, and in which session', async () => {
    await alice.send('LOCK', 'a');
    await admin.send('BREAK', 'a', 'REASON', 'it is stuck');
    expect(audit.records.at(-1)).to.deep.include({
      by: { session: admin.session.id, holder: 'admin', address: '192.0.2.1:5000' },
      reason: 'it is stuck',
    });
  });

  it('takes a reason that fits in one line of 200 bytes', async () => {
    expect(await admin.send('BREAK', 'a', 'REASON', 'x'.repeat(201))).to.match(
      /^-ERR REASON must be at most 200 bytes .*usage: BREAK name \[REASON text\]$/,
    );
    expect(await admin.send('BREAK', 'a', 'REASON', 'a\nb')).to.match(/^-ERR REASON/);
    expect(await admin.send('BREAK', '../a')).to.match(/^-NAME /);
  });
});
