import { expect } from 'chai';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { Random } from '../plan/random.js';
import { KILLED_AT, killReport, runKills } from './run.js';

describe('Publishers killed at every step (a thousand times by: npm run kills)', function () {
  this.timeout(60_000);

  it('lose nothing that was acknowledged, tear nothing, and are cleaned up after', async () => {
    await using folder = await temporaryFolder();
    const tally = await runKills({
      ...{ count: KILLED_AT.length, random: new Random(1), folder: folder.path },
      ...{ lanes: 2, rounds: 1, limitMs: 50_000, say: () => undefined },
    });
    expect(tally.violations, killReport(tally).join('\n')).to.deep.equal([]);
    expect([...tally.byStep.keys()]).to.have.members(KILLED_AT);
    expect(tally.reads).to.be.above(0);
    expect(tally.views).to.be.above(0);
  });
});
