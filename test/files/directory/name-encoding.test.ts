import { expect } from 'chai';
import fc from 'fast-check';
import { parseHead } from '../../../src/files/directory/head-name.js';
import { FOLDER_MARK } from '../../../src/files/directory/head-reader.js';
import { decodeEntry, encodeName } from '../../../src/files/directory/name-encoding.js';
import { type FileName, parseFileName } from '../../../src/files/file-name.js';

/** Puts the folders of a name together again, as the listing does. */
function decodeName(entries: readonly string[]): string {
  let name = '';
  for (const [at, entry] of entries.entries()) {
    const decoded = decodeEntry(entry);
    if (decoded === undefined) throw new Error(`"${entry}" cannot be decoded`);
    name += decoded.text;
    if (!decoded.continued && at < entries.length - 1) name += '/';
  }
  return name;
}

const anyName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  .filter((text) => parseFileName(text).ok);

const tricky = fc
  .array(fc.constantFrom('h', 'e', 'a', 'd', '.', '~', '%', 'É', '🔒', 'head.', '/x'), {
    minLength: 1,
    maxLength: 100,
  })
  .map((parts) => parts.join(''))
  .filter((text) => parseFileName(text).ok);

describe('encodeName', () => {
  it('keeps plain names readable', () => {
    expect(encodeName('docs/read-me_2.txt')).to.deep.equal(['docs', 'read-me_2.txt']);
  });

  it('writes everything that could fold, normalise or be trimmed by its bytes', () => {
    expect(encodeName('Aé .x')).to.deep.equal(['%41%c3%a9%20.x']);
    expect(encodeName('.git/end.')).to.deep.equal(['%2egit', 'end%2e']);
    expect(encodeName('head.1')).to.deep.equal(['%68ead.1']);
  });

  it('cuts a segment that gets too long between characters', () => {
    const entries = encodeName('É'.repeat(100));
    expect(entries).to.have.length(3);
    expect(entries.map((entry) => entry.endsWith('~'))).to.deep.equal([true, true, false]);
  });

  for (const [what, names] of Object.entries({ any: anyName, tricky })) {
    it(`can be undone for ${what} names, with entries that every file system takes`, () => {
      fc.assert(
        fc.property(names, (name) => {
          const entries = encodeName(name);
          expect(decodeName(entries)).to.equal(name);
          for (const entry of entries) {
            expect(entry).to.match(/^[a-z0-9_%-][a-z0-9_.%-]*~?$/);
            expect(entry.length).to.be.at.most(255);
            expect(parseHead(name as FileName, entry)).to.equal(undefined);
            expect(entry.startsWith('head.')).to.equal(false);
          }
        }),
        { numRuns: 500 },
      );
    });
  }

  it('never takes the store’s own entries for names', () => {
    const head = 'head.1.2.-.0123456789abcdef01234567';
    for (const entry of [FOLDER_MARK, head, '.', '..', '', 'Upper', '%', '%ff', 'a b']) {
      expect(decodeEntry(entry), entry).to.equal(undefined);
    }
  });
});
