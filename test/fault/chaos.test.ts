import { expect } from 'chai';
import { temporaryFolder } from '../support/temporary-folder.js';
import { FAULT_KINDS } from './plan/fault.js';
import { report } from './report.js';
import { run } from './run.js';

const SEED = 3;

describe('Clients and replicas under faults of every kind', function () {
  this.timeout(180_000);

  it(`keep every promise (seed ${SEED}; more by: npm run chaos)`, async () => {
    await using folder = await temporaryFolder();
    const told: string[] = [];
    const history = await run({
      ...{ seed: SEED, durationMs: 30_000, clients: 12, replicas: 3, leaseMs: 5_000 },
      ...{ kinds: FAULT_KINDS, folder: folder.path, say: (line) => told.push(line) },
    });
    const { ok, lines } = report(history);
    expect(ok, [...told, '', ...lines].join('\n')).to.equal(true);
    expect(new Set(history.faults.map(({ kind }) => kind))).to.deep.equal(new Set(FAULT_KINDS));
  });
});
