import { expect } from 'chai';
import {
  MAX_NAME_BYTES,
  MAX_NAME_SEGMENTS,
  MAX_SEGMENT_BYTES,
  parseFileName,
} from '../../src/files/file-name.js';

describe('parseFileName', () => {
  const good = [
    'a',
    'data.txt',
    'a/b/c',
    '.hidden',
    '...',
    'a b',
    'ñandú/日本語',
    '~a',
    'a:b',
    '*?[x]',
    '-x',
    'x'.repeat(MAX_SEGMENT_BYTES),
    'é'.repeat(127),
    `${'x'.repeat(255)}/`.repeat(4).slice(0, MAX_NAME_BYTES - 1),
    'a/'.repeat(MAX_NAME_SEGMENTS - 1).concat('b'),
    'candado',
    '.candado2',
  ];
  for (const name of good) {
    it(`takes ${JSON.stringify(name.slice(0, 40))}`, () => {
      expect(parseFileName(name)).to.deep.equal({ ok: true, name });
      expect(parseFileName(Buffer.from(name))).to.deep.equal({ ok: true, name });
    });
  }

  const bad: Record<string, RegExp> = {
    '': /empty/,
    '/a': /relative/,
    'a/': /empty part/,
    'a//b': /empty part/,
    '.': /"\."/,
    '..': /"\.\."/,
    'a/../b': /"\.\."/,
    'a/./b': /"\."/,
    '.candado': /its own/,
    'a/.Candado/b': /its own/,
    'a\\b': /backslash/,
    'a{b': /brace/,
    'a}b': /brace/,
    'a\u0000b': /control/,
    'a\nb': /line break/,
    'a\u007fb': /control/,
    'a\u0085b': /control/,
    'a\u2028b': /line break/,
    [`${'x'.repeat(MAX_SEGMENT_BYTES)}x`]: /255 bytes/,
    ['é'.repeat(128)]: /255 bytes/,
    ['a/'.repeat(MAX_NAME_SEGMENTS).concat('b')]: /32 parts/,
    ['a/'.repeat(MAX_NAME_BYTES)]: /1024 bytes/,
  };
  for (const [name, problem] of Object.entries(bad)) {
    it(`refuses ${JSON.stringify(name.slice(0, 40))}`, () => {
      const result = parseFileName(name);
      expect(result.ok).to.equal(false);
      if (!result.ok) expect(result.problem).to.match(problem);
    });
  }

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0xc3]]) {
      expect(parseFileName(Buffer.from(bytes)).ok, bytes.join()).to.equal(false);
    }
  });
});
