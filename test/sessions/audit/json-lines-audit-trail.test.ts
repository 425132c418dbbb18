import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LockHolder, SessionId } from '../../../src/locks/model.js';
import { MAX_SHARED_HOLDERS } from '../../../src/locks/model.js';
import {
  AuditOptions,
  JsonLinesAuditTrail,
} from '../../../src/sessions/audit/json-lines-audit-trail.js';
import { type AuditRecord, AuditUnavailable } from '../../../src/sessions/audit-trail.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const holder = (note: string): LockHolder => ({
  session: randomUUID() as SessionId,
  mode: 'shared',
  token: 7,
  holder: 'job',
  address: '192.0.2.1:5000',
  note,
  sinceMs: 1_700_000_000_000,
  remainingMs: 100,
});

const record = (holders: readonly LockHolder[] = []): AuditRecord => ({
  time: '2026-01-01T00:00:00Z',
  event: 'lock.broken',
  id: randomUUID(),
  by: { session: 's' as SessionId, holder: 'admin', address: '192.0.2.9:9000' },
  name: 'a "quoted" name',
  reason: 'stuck',
  holders,
});

describe('JsonLinesAuditTrail', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let path: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'audit.jsonl');
  });

  afterEach(() => folder[Symbol.asyncDispose]());

  const lines = async (): Promise<readonly string[]> => {
    const text = await readFile(path, 'utf8');
    expect(text.endsWith('\n')).to.equal(true);
    return text.slice(0, -1).split('\n');
  };

  const trail = () => new JsonLinesAuditTrail(new AuditOptions(path));

  it('appends each record as one line, also after it was opened anew', async () => {
    const records = [record([holder('one')]), record(), record([holder('two'), holder('')])];
    for (const each of records) await trail().append(each);
    expect((await lines()).map((line) => JSON.parse(line) as unknown)).to.deep.equal(records);
  });

  it('keeps lines whole that several replicas append at once, also the longest', async () => {
    const long = Array.from({ length: MAX_SHARED_HOLDERS }, () => holder('"'.repeat(200)));
    const trails = [trail(), trail(), trail()];
    const records = Array.from({ length: 30 }, (_, at) => record(at % 5 === 0 ? long : []));
    await Promise.all(records.map((each, at) => trails[at % 3]?.append(each)));
    const ids = (await lines()).map((line) => (JSON.parse(line) as AuditRecord).id);
    expect(ids).to.have.members(records.map(({ id }) => id));
  });

  it('begins a line of its own behind half a line of one who died', async () => {
    await appendFile(path, '{"time":"2026-');
    const whole = record();
    await trail().append(whole);
    await trail().append(whole);
    const [half, ...rest] = await lines();
    expect(half).to.equal('{"time":"2026-');
    expect(rest.map((line) => JSON.parse(line) as unknown)).to.deep.equal([whole, whole]);
  });

  it('says that it cannot be written, and what to do', async () => {
    path = join(folder.path, 'gone', 'audit.jsonl');
    const failed = await rejection(trail().append(record()));
    expect(failed).to.be.instanceOf(AuditUnavailable);
    expect(failed.code).to.equal('UNAVAILABLE');
    expect(failed.message).to.match(/cannot be recorded.*its volume is mounted/);
  });
});
