import { expect } from 'chai';
import fc from 'fast-check';
import { folderPattern, namePattern } from '../../src/files/name-pattern.js';

describe('namePattern', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['*', ['a', '.hidden', ''], ['a/b']],
    ['*.txt', ['a.txt', '.txt'], ['a.txtx', 'a/b.txt', 'atxt']],
    ['a*b*c', ['abc', 'axxbyyc', 'abbcc'], ['ab', 'acb', 'abcd']],
    ['?', ['a', 'é', '🔒'], ['', 'ab', '/']],
    ['a/*', ['a/b', 'a/.c'], ['a', 'a/b/c']],
    ['**', ['a', 'a/b', 'a/b/c'], []],
    ['a/**', ['a/b', 'a/b/c'], ['b/a', 'ab/c']],
    ['**/c', ['c', 'a/c', 'a/b/c'], ['c/a', 'ac']],
    ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['a/b', 'c', 'a/c/b']],
    ['**/b/**/d', ['b/d', 'a/b/c/d', 'b/b/d/d'], ['b', 'd', 'a/d/b']],
    ['a**c', ['ac', 'abc'], ['a/c']],
    ['[abc]', ['a', 'c'], ['d', 'ab', '']],
    ['[a-c]x', ['bx'], ['dx', '-x']],
    ['[!a-c]x', ['dx', '-x'], ['bx', 'x']],
    ['[^a]', ['b'], ['a']],
    ['[a-]', ['a', '-'], ['b']],
    ['[]x]', [']', 'x'], ['[', ']x]']],
    ['[ab', ['[ab'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\', ['a\\'], ['a']],
    ['(a|b)+.c', ['(a|b)+.c'], ['a.c', 'aa.c']],
    ['!a', ['!a'], ['b']],
  ];
  for (const [pattern, hits, misses] of cases) {
    it(`${pattern} takes ${hits.join(' ')} and not ${misses.join(' ')}`, () => {
      const matches = namePattern(pattern);
      for (const name of hits) expect(matches(name), name).to.equal(true);
      for (const name of misses) expect(matches(name), name).to.equal(false);
    });
  }

  it('takes a name that is spelt out, whatever signs it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const spelt = name.replace(/[*?[\\]/g, '\\$&');
        return namePattern(spelt)(name);
      }),
    );
  });

  it('is not slowed down by many stars: neither in a segment nor across them', () => {
    const inSegment = namePattern(`${'*a'.repeat(100)}*b`);
    const across = namePattern(`${'**/a/'.repeat(100)}b`);
    for (let times = 0; times < 20; times++) {
      expect(inSegment('a'.repeat(255))).to.equal(false);
      expect(across(`${'a/'.repeat(500)}a`)).to.equal(false);
    }
  });
});

describe('folderPattern', () => {
  for (const [pattern, held, others] of [
    ['a/*', ['a'], ['b', 'a/b']],
    ['*', [], ['a']],
    ['a*/b?/c', ['a', 'ax', 'ax/b1'], ['b', 'ax/b', 'a/b1/c']],
    ['a/**', ['a', 'a/b', 'a/b/c'], ['b', 'b/a']],
    ['**/c', ['a', 'a/b', 'c'], []],
    ['a/**/c', ['a', 'a/x/y'], ['b', 'b/a']],
  ] as const) {
    it(`${pattern} may hold names below ${held} and not below ${others}`, () => {
      const mayHold = folderPattern(pattern);
      expect(held.filter((folder) => !mayHold(folder))).to.deep.equal([]);
      expect(others.filter(mayHold)).to.deep.equal([]);
    });
  }

  it('never shuts out a folder of a name that matches', () => {
    const segment = fc.constantFrom('a', 'b', '*', '**', '?', '[ab]');
    const name = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 2, maxLength: 4 });
    const pattern = fc.array(segment, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(name, pattern, (segments, parts) => {
        if (!namePattern(parts.join('/'))(segments.join('/'))) return;
        for (let depth = 1; depth < segments.length; depth++) {
          const folder = segments.slice(0, depth).join('/');
          expect(folderPattern(parts.join('/'))(folder), `${parts} ${segments}`).to.equal(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
