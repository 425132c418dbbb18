import { expect } from 'chai';
import { compare } from '../../src/cli/unified-diff.js';

const side = (content: string | Buffer, version = 1) => ({
  label: 'a',
  detail: `version ${version}`,
  content: Buffer.from(content),
});

describe('cli/unified-diff', () => {
  it('says how lines differ, as patch(1) takes it', () => {
    expect(compare(side('one\ntwo\n', 1), side('one\n2\n', 2))).to.deep.equal({
      kind: 'text',
      patch: '--- a\tversion 1\n+++ a\tversion 2\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n',
    });
  });

  it('minds a missing line break at the end, and line breaks of another kind', () => {
    const ending = compare(side('one\n'), side('one'));
    expect(ending).to.have.property('patch').that.includes('\\ No newline at end of file');
    expect(compare(side('one\r\n'), side('one\n')).kind).to.equal('text');
    expect(compare(side('\ufeffone\n'), side('one\n')).kind).to.equal('text');
  });

  for (const [what, content] of [
    ['a NUL', Buffer.from('a\0b')],
    ['what is no UTF-8', Buffer.from([0x61, 0xff, 0x62])],
  ] as const) {
    it(`takes ${what} for binary, and says whether it is the same`, () => {
      expect(compare(side(content), side('text')).kind).to.equal('binary');
      expect(compare(side('text'), side(content)).kind).to.equal('binary');
      expect(compare(side(content), side(content)).kind).to.equal('same');
    });
  }

  it('gives up on what differs in too much', () => {
    const lines = (of: string): string =>
      Array.from({ length: 2_000 }, (_, at) => `${of} ${at}\n`).join('');
    expect(compare(side(lines('one')), side(lines('two')), 1).kind).to.equal('too-different');
  });
});
