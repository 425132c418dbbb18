import { expect } from 'chai';
import { Keeping } from '../../src/files/keeping.js';

const SECOND = 1_000_000;

/** Written every ten seconds, the newest first, the last one at 100 s; `-` is a deletion. */
function written(kinds: string): { deleted: boolean; modified: number }[] {
  return [...kinds].map((kind, at) => ({
    deleted: kind === '-',
    modified: (100 - 10 * at) * SECOND,
  }));
}

describe('Keeping', () => {
  it('keeps so many contents, and the deletions between them', () => {
    const keeping = new Keeping(2);
    expect(keeping.kept(written('cccc'), 100 * SECOND)).to.have.length(2);
    expect(keeping.kept(written('c-cc'), 100 * SECOND)).to.have.length(3);
    expect(keeping.kept(written('-c-c-c'), 100 * SECOND)).to.have.length(4);
    expect(keeping.kept(written('c'), 100 * SECOND)).to.have.length(1);
    expect(keeping.kept([], 0)).to.deep.equal([]);
  });

  it('keeps none that was replaced too long ago, however few there are', () => {
    const keeping = new Keeping(10, 15_000);
    // Replaced at 100 s, 90 s and 80 s: kept until 115 s, 105 s and 95 s.
    expect(keeping.kept(written('cccc'), 94 * SECOND)).to.have.length(4);
    expect(keeping.kept(written('cccc'), 95 * SECOND)).to.have.length(3);
    expect(keeping.kept(written('cccc'), 105 * SECOND)).to.have.length(2);
    expect(keeping.kept(written('cccc'), 115 * SECOND)).to.have.length(1);
  });

  it('keeps the current version for ever', () => {
    expect(new Keeping(1, 1).kept(written('c'), 1e15)).to.have.length(1);
  });

  it('keeps what was deleted as long as what was replaced, for whoever wants it back', () => {
    const keeping = new Keeping(10, 15_000);
    expect(keeping.kept(written('-c'), 114 * SECOND)).to.have.length(2);
    expect(keeping.kept(written('-c'), 115 * SECOND)).to.have.length(1);
  });

  it('tells from where on contents are out of their grace', () => {
    const keeping = new Keeping(1);
    // Pushed out at 100 s, 90 s, 80 s.
    expect(keeping.past(written('cccc'), 100 * SECOND, 15_000)).to.deep.equal({
      firstOut: 3,
      areSomeInGrace: true,
    });
    expect(keeping.past(written('cccc'), 130 * SECOND, 15_000)).to.deep.equal({
      firstOut: 1,
      areSomeInGrace: false,
    });
    expect(keeping.past(written('c'), 1e15, 15_000)).to.deep.equal({
      firstOut: 1,
      areSomeInGrace: false,
    });
  });

  it('counts the grace of old age from its end', () => {
    const keeping = new Keeping(10, 15_000);
    expect(keeping.past(written('cc'), 120 * SECOND, 15_000)).to.deep.equal({
      firstOut: 2,
      areSomeInGrace: true,
    });
    expect(keeping.past(written('cc'), 130 * SECOND, 15_000).firstOut).to.equal(1);
  });

  it('knows when there is nothing to look for', () => {
    expect(new Keeping(3).mayHavePast(3)).to.equal(false);
    expect(new Keeping(3).mayHavePast(4)).to.equal(true);
    expect(new Keeping(3, 1).mayHavePast(1)).to.equal(false);
    expect(new Keeping(3, 1).mayHavePast(2)).to.equal(true);
  });
});
