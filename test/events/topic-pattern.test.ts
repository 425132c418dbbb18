import { expect } from 'chai';
import { topicPattern } from '../../src/events/topic-pattern.js';

const matches = (pattern: string, topic: string): boolean => topicPattern(pattern)([...topic]);

describe('A pattern of topics', () => {
  // As Redis 7 answers in KEYS.
  const cases: readonly (readonly [pattern: string, yes: string[], no: string[]])[] = [
    ['file:a', ['file:a'], ['file:', 'file:ab', 'lock:a', 'File:a']],
    ['*', ['file:a', 'file:a/b/c'], []],
    ['file:*', ['file:', 'file:a/b'], ['file', 'lock:a']],
    ['*.txt', ['file:a.txt', 'file:.txt'], ['file:a.txt/b']],
    ['file:docs/*/x', ['file:docs/a/x', 'file:docs/a/b/x', 'file:docs//x'], ['file:docs/x']],
    ['a**b', ['ab', 'axb'], ['abc']],
    ['a*b*c', ['abc', 'axxbyyc', 'abbcc'], ['acb', 'ab']],
    ['h?llo', ['hello', 'h/llo'], ['hllo', 'heello']],
    ['h[ae]llo', ['hello', 'hallo'], ['hillo', 'hllo']],
    ['h[^e]llo', ['hallo', 'h^llo'], ['hello', 'hllo']],
    ['h[!e]llo', ['h!llo', 'hello'], ['hallo']],
    ['h[a-c]llo', ['hallo', 'hbllo', 'hcllo'], ['hdllo', 'h-llo']],
    ['h[c-a]llo', ['hallo', 'hbllo'], ['hdllo']],
    ['h[^a-c]llo', ['hdllo'], ['hbllo']],
    ['h[a\\]b]llo', ['h]llo', 'hallo', 'hbllo'], ['h\\llo', 'hcllo']],
    ['h[a-]llo', [], ['hallo', 'h-llo']],
    ['h[]llo', [], ['hllo', 'h]llo']],
    ['h[^]llo', ['hxllo', 'h]llo'], ['hllo']],
    ['h[ae', ['ha', 'he'], ['h', 'h[ae', 'hb']],
    ['h\\*llo', ['h*llo'], ['hello', 'h\\*llo']],
    ['h\\?\\[\\\\', ['h?[\\'], ['hx[\\']],
    ['end\\', ['end\\'], ['end']],
    ['', [], ['a']],
  ];

  for (const [pattern, yes, no] of cases) {
    it(`is understood as Redis does: ${pattern}`, () => {
      for (const topic of yes) expect(matches(pattern, topic), topic).to.equal(true);
      for (const topic of no) expect(matches(pattern, topic), topic).to.equal(false);
    });
  }

  it('counts characters, not bytes', () => {
    expect(matches('file:a?o', 'file:año')).to.equal(true);
    expect(matches('file:?', 'file:😀')).to.equal(true);
    expect(matches('file:[α-ω]', 'file:λ')).to.equal(true);
  });

  it('takes no longer than pattern times topic, whatever the stars', () => {
    const topic = 'a'.repeat(1_000);
    const before = process.cpuUsage();
    for (const pattern of ['*a'.repeat(100), '*aa*'.repeat(100), `*${'a'.repeat(500)}`]) {
      expect(matches(`${pattern}b`, topic)).to.equal(false);
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6, 'seconds').to.be.below(1);
  });
});
