import { expect } from 'chai';
import { describeFault, FAULT_KINDS, type Fault } from './fault.js';
import { type PlanWish, planFaults } from './plan.js';
import { Random } from './random.js';

const WISH: PlanWish = { durationMs: 60_000, replicas: 3, kinds: FAULT_KINDS, leaseMs: 4_000 };

const plan = (seed: number, over: Partial<PlanWish> = {}): Fault[] =>
  planFaults(new Random(seed), { ...WISH, ...over });

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('A plan of faults', () => {
  it('is the same again for the same seed, and another for another', () => {
    expect(plan(1)).to.deep.equal(plan(1));
    expect(plan(1)).not.to.deep.equal(plan(2));
  });

  it('has every kind within a minute', () => {
    for (const seed of SEEDS) {
      const kinds = new Set(plan(seed).map(({ kind }) => kind));
      expect([...FAULT_KINDS].filter((kind) => !kinds.has(kind))).to.deep.equal([]);
    }
  });

  it('has no other than those that are wanted, and none where none are', () => {
    const some = plan(1, { kinds: ['empty-redis', 'kill-replica'] });
    expect(new Set(some.map(({ kind }) => kind))).to.deep.equal(
      new Set(['empty-redis', 'kill-replica']),
    );
    expect(plan(1, { kinds: [] })).to.deep.equal([]);
  });

  it('is over in time', () => {
    for (const seed of SEEDS) {
      for (const { atMs, lastsMs } of plan(seed)) expect(atMs + lastsMs).to.be.at.most(60_000);
    }
  });

  it('never lets two things happen to one process at once', () => {
    for (const seed of SEEDS) {
      const processes = plan(seed).filter(({ kind }) => kind.endsWith('-replica'));
      for (const { replica } of processes) {
        let endMs = 0;
        for (const fault of processes.filter((other) => other.replica === replica)) {
          expect(fault.atMs).to.be.at.least(endMs);
          endMs = fault.atMs + fault.lastsMs;
        }
      }
    }
  });

  it('is told in words', () => {
    const fault: Fault = {
      ...{ kind: 'cut-redis', atMs: 0, lastsMs: 700, replica: 2, amount: 0, loss: 'late' },
    };
    expect(describeFault(fault)).to.equal('cut-redis of replica 2 for 700 ms (late)');
    expect(describeFault({ ...fault, kind: 'step-clock', amount: -7 })).to.equal(
      'step-clock of replica 2 for 700 ms by -7 s',
    );
  });
});
