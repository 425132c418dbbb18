import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type {
  Entry,
  Failed,
  FaultWindow,
  Granted,
  History,
  Put,
  StoredVersion,
} from '../history.js';
import { checkAll } from './index.js';

const LEASE_MS = 1_000;
const HEALED_MS = 5_000;

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

const stored = (version: number, over: Partial<StoredVersion> = {}): StoredVersion => ({
  version,
  sha256: sha256(String(version)),
  session: 'ana',
  token: version,
  requestId: `id-${version}`,
  ...over,
});

const granted = (over: Partial<Granted> = {}): Granted => ({
  ...{ kind: 'granted', client: 'ana', name: 'a', mode: 'exclusive', token: 1, replica: 0 },
  ...{ askedMs: 0, atMs: 1, queuedMs: undefined },
  ...over,
});

const put = (over: Partial<Put> = {}): Put => ({
  ...{ kind: 'put', client: 'ana', name: 'a', token: 1, requestId: 'id-1', value: 1, sentMs: 2 },
  ...{ atMs: 3, outcome: 'acknowledged', version: 1, code: '' },
  ...over,
});

const read = (value: number, sentMs: number): Entry => ({
  ...{ kind: 'read', client: 'ben', name: 'a', value, sentMs, atMs: sentMs + 1 },
});

const fault = (over: Partial<FaultWindow> = {}): FaultWindow => ({
  ...{ kind: 'pause-replica', replica: 0, beganMs: 100, endedMs: 200 },
  ...over,
});

const failed = (code: string): Failed => ({
  ...{ kind: 'failed', client: 'ana', call: 'round', code, message: '', atMs: 10 },
});

const doneInTime: Entry = { kind: 'done', client: 'ana', atMs: HEALED_MS + 10 };

const history = (over: Partial<History> = {}): History => ({
  ...{ leaseMs: LEASE_MS, clients: ['ana'], faults: [], misbehaviours: [] },
  ...{ healedMs: HEALED_MS, stoppedMs: 9_000, inHand: new Map(), lockTables: [] },
  files: new Map([['a', [stored(1), stored(2)]]]),
  ...over,
  entries: [doneInTime, ...(over.entries ?? [])],
});

const ofFile = (...versions: StoredVersion[]): Partial<History> => ({
  files: new Map([['a', versions]]),
});

/** Everything that is found, without the promises that are kept. */
const found = (over: Partial<History> = {}): readonly string[] =>
  checkAll(history(over)).flatMap(({ violations }) => violations);

describe('The checks of a fault run', () => {
  it('find nothing where all is well', () => {
    expect(found({ entries: [granted(), put(), read(1, 4), failed('UNAVAILABLE')] })).to.be.empty;
  });

  it('say at how much they looked', () => {
    const looked = checkAll(history({ entries: [granted(), put(), read(1, 4)] })).map(
      (verdict) => verdict.looked,
    );
    expect(looked).to.deep.equal([4, 3, 4, 2, 0, 1, 0, 1, 4]);
  });

  describe('of versions', () => {
    it('find a gap', () => {
      expect(found(ofFile(stored(1), stored(3))).join()).to.include('version 2 is missing');
    });

    it('find an update that was lost', () => {
      const stale = stored(2, { sha256: sha256('1') });
      expect(found(ofFile(stored(1), stale)).join()).to.include('made from an older one');
    });

    it('find one that nobody here published, and one that was published twice', () => {
      const nobodys = stored(1, { requestId: undefined });
      expect(found(ofFile(nobodys))).to.have.length(1);
      const twice = stored(2, { requestId: 'id-1' });
      expect(found(ofFile(stored(1), twice)).join()).to.include('published twice');
    });

    it('find an acknowledged one that is not there, or is another', () => {
      const missing = put({ requestId: 'id-9' });
      expect(found({ entries: [missing] }).join()).to.include('acknowledged as version 1');
      expect(found({ entries: [put({ version: 2 })] })).to.have.length(1);
    });

    it('find a refused one that is there, and leave an unknown one open', () => {
      const refused = put({ outcome: 'refused', version: undefined, code: 'FENCED' });
      expect(found({ entries: [refused] }).join()).to.include('refused with FENCED');
      expect(found({ entries: [{ ...refused, outcome: 'unknown' }] })).to.be.empty;
    });
  });

  describe('of exclusion', () => {
    it('find a token that falls', () => {
      const late = stored(2, { token: 0 });
      expect(found(ofFile(stored(1), late)).join()).to.include('version 2 has token 0');
    });

    it('find two who wrote under one token', () => {
      const other = stored(2, { token: 1, session: 'ben' });
      expect(found(ofFile(stored(1), other)).join()).to.include('both wrote under token 1');
    });

    it('find a token that two were granted, but not one that was told again', () => {
      const both = [granted(), granted({ client: 'ben', askedMs: 0.5 })];
      expect(found({ entries: both }).join()).to.include('both granted token 1');
      expect(found({ entries: [granted(), granted({ askedMs: 7 })] })).to.be.empty;
    });

    it('find a lower token of who asked later', () => {
      const entries = [granted({ token: 5 }), granted({ client: 'ben', token: 4, askedMs: 2 })];
      expect(found({ entries }).join()).to.include('asked after 5 was granted');
    });
  });

  describe('of order', () => {
    const first = granted({ token: 9, queuedMs: 10, atMs: 90 });
    const second = granted({ client: 'ben', token: 8, askedMs: 20, atMs: 80, replica: 1 });

    it('find who was overtaken in the queue', () => {
      expect(found({ entries: [first, second] }).join()).to.include('got token 8');
    });

    it('let those be passed over whose replica, or connection, failed, or Redis', () => {
      const near = (over: Partial<FaultWindow>): FaultWindow =>
        fault({ beganMs: 30, endedMs: 40, ...over });
      expect(found({ entries: [first, second], faults: [near({})] })).to.be.empty;
      const redis = near({ kind: 'empty-redis', replica: -1 });
      expect(found({ entries: [first, second], faults: [redis] })).to.be.empty;
      expect(found({ entries: [{ ...first, replica: undefined }, second] })).to.be.empty;
    });

    it('take no other fault as an excuse', () => {
      const faults = [
        fault({ beganMs: 30, endedMs: 40, replica: 2 }),
        fault({ beganMs: 30, endedMs: 40, kind: 'step-clock' }),
        fault({ beganMs: 4_000, endedMs: 4_100 }),
      ];
      expect(found({ entries: [first, second], faults })).to.have.length(1);
    });
  });

  describe('of reads', () => {
    it('find one that goes back behind another, or behind a PUT', () => {
      expect(found({ entries: [read(2, 1), read(1, 5)] }).join()).to.include('ben read 1');
      expect(found({ entries: [put(), read(0, 5)] }).join()).to.include('ben read 0');
      expect(found({ entries: [put(), read(0, 2.5)] })).to.be.empty;
    });

    it('find one of what was never published', () => {
      expect(found({ entries: [read(3, 1)] })).to.have.length(1);
    });

    it('find a file that changed while it was held to be read', () => {
      const changed: Entry = {
        ...{ kind: 'read-twice', client: 'ben', name: 'a', first: 1, second: 2, atMs: 4 },
      };
      expect(found({ entries: [changed] }).join()).to.include('ben read 1, then 2');
      expect(found({ entries: [{ ...changed, second: 1 }] })).to.be.empty;
    });
  });

  describe('of conduct', () => {
    it('find a client that does not go on', () => {
      const late: Entry = { kind: 'done', client: 'ben', atMs: HEALED_MS + 2_001 };
      const clients = ['ana', 'ben'];
      expect(found({ clients, entries: [late] }).join()).to.include('ben did nothing for 2001 ms');
      const inHand = new Map([['ben', 'asks for a']]);
      expect(found({ clients, inHand, entries: [late] }).join()).to.include('end: asks for a');
      expect(found({ clients, entries: [{ ...late, atMs: HEALED_MS + 1_999 }] })).to.be.empty;
      expect(found({ clients })).to.have.length(1);
    });

    it('find a replica that ended by itself', () => {
      const misbehaviours = [{ replica: 1, what: 'ended by itself with 1' }];
      expect(found({ misbehaviours })).to.deep.equal(['replica 1 ended by itself with 1']);
    });

    it('find a call that no fault makes fail', () => {
      expect(found({ entries: [failed('')] })).to.have.length(1);
      expect(found({ entries: [failed('PROTOCOL')] })).to.have.length(1);
      expect(found({ entries: [failed('LOCKLOST')] })).to.be.empty;
    });

    it('find a lock that was lost without a fault', () => {
      const lost: Entry = { kind: 'lost', client: 'ana', name: 'a', token: 1, atMs: 250 };
      expect(found({ entries: [lost] }).join()).to.include('with no fault near');
      expect(found({ entries: [lost], faults: [fault()] })).to.be.empty;
      expect(found({ entries: [lost], faults: [fault({ beganMs: 300 })] })).to.have.length(1);
    });
  });
});
