import { expect } from 'chai';
import type { LogFields } from '../../src/telemetry/log.js';
import { jsonLine, prettyLine } from '../../src/telemetry/log-line.js';

const entry = (fields: LogFields, event = 'lock.granted') => ({
  time: new Date(2026, 0, 2, 3, 4, 5, 6),
  level: 'info' as const,
  event,
  message: 'A lock was granted',
  fields,
});

const json = (fields: LogFields): Record<string, unknown> =>
  JSON.parse(jsonLine(entry(fields))) as Record<string, unknown>;

class Coded extends Error {
  override readonly name = 'Coded';
  readonly code = 'UNAVAILABLE';
}

describe('A line of log', () => {
  describe('as JSON', () => {
    it('holds errors with their name, code, message, stack and cause', () => {
      const cause = new TypeError('the cause');
      const { err } = json({ err: new Coded('the message', { cause }) });
      expect(err).to.include({ name: 'Coded', code: 'UNAVAILABLE', message: 'the message' });
      const { stack, cause: below } = err as Record<string, unknown>;
      expect(stack).to.match(/the message\n\s+at /);
      expect(below)
        .to.include({ name: 'TypeError', message: 'the cause' })
        .and.not.have.key('code');
    });

    it('holds what several errors together say', () => {
      const { err } = json({
        err: new AggregateError([new Error('one'), new Error('two')], 'both'),
      });
      expect(err).to.have.nested.property('errors[1].message', 'two');
    });

    it('holds a thrown thing that is no error', () => {
      expect(json({ err: 'only text' })['err']).to.equal('only text');
    });

    it('never shows bytes', () => {
      const secret = Buffer.from('secret');
      const line = jsonLine(entry({ content: secret, deep: { more: new Uint8Array(3) } }));
      expect(JSON.parse(line)).to.deep.include({
        content: '<6 bytes>',
        deep: { more: '<3 bytes>' },
      });
    });

    it('holds what JSON knows nothing of', () => {
      const fields = json({
        big: 2n ** 60n,
        nan: Number.NaN,
        at: new Date(0),
        map: new Map([['a', 1]]),
        set: new Set([1]),
        gone: undefined,
        call: () => 1,
      });
      expect(fields).to.deep.include({
        big: '1152921504606846976',
        nan: 'NaN',
        at: '1970-01-01T00:00:00.000Z',
        map: { a: 1 },
        set: [1],
      });
      expect(fields).to.not.have.any.keys('gone', 'call');
    });

    it('ends circles, long texts and long lists', () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      const error = new Error('round');
      error.cause = error;
      const line = jsonLine(
        entry({
          circle,
          err: error,
          text: 'x'.repeat(1e6),
          list: Array.from({ length: 1e5 }).fill(1),
        }),
      );
      expect(line).to.have.length.below(100_000);
      expect(JSON.parse(line)).to.have.nested.property('list[50]', '… 99950 more');
    });

    it('is written even if a field cannot be looked at', () => {
      const cursed = {
        toJSON(): never {
          throw new Error('no');
        },
      };
      expect(json({ cursed, fine: 1 })).to.include({ cursed: '(cannot be shown)', fine: 1 });
    });

    it('does not let a field take the place of its own keys', () => {
      expect(json({ level: 'fake', msg: 'fake' })).to.include({
        level: 'info',
        level_: 'fake',
        msg: 'A lock was granted',
        msg_: 'fake',
      });
    });
  });

  describe('for people', () => {
    const pretty = (fields: LogFields, event?: string): string =>
      prettyLine(false)(entry(fields, event));

    it('is short and aligned', () => {
      expect(pretty({ name: 'a.txt', token: 7, note: 'two words' })).to.equal(
        '03:04:05.006 info  lock.granted           A lock was granted name=a.txt token=7 note="two words"',
      );
      const column = (event: string): number => pretty({}, event).indexOf('A lock');
      expect(column('a.b')).to.equal(column('server.drain-timeout'));
    });

    it('shows the stack of an error, its code and what caused it below', () => {
      const cause = new TypeError('the cause');
      const lines = pretty({ err: new Coded('the message', { cause }) }).split('\n');
      expect(lines[1]).to.match(/^ {4}\[UNAVAILABLE\] .*the message$/);
      expect(lines[2]).to.match(/^\s+at /);
      expect(lines.some((line) => line === '    caused by TypeError: the cause')).to.equal(true);
    });

    it('shows a thrown thing that is no error', () => {
      expect(pretty({ err: 'only text' })).to.match(/granted\n {4}only text$/);
    });

    it('lets no name move the cursor or begin a line', () => {
      const evil = 'a\u001b[2J\nb\u009b1m\u202e\u2028';
      const line = pretty({ evil, [evil]: 1, err: new Error(evil) });
      for (const character of ['\u001b', '\u009b', '\u202e', '\u2028']) {
        expect(line).to.not.include(character);
      }
      expect(line.split('\n')[0]).to.include('b\\u{9b}1m');
      for (const below of line.split('\n').slice(1)) expect(below).to.match(/^ {4}/);
    });

    it('colours the level by its weight, if at all', () => {
      const coloured = prettyLine(true);
      expect(coloured({ ...entry({}), level: 'error' })).to.include('\u001b[31merror\u001b[39m');
      expect(coloured({ ...entry({}), level: 'warn' })).to.include('\u001b[33mwarn \u001b[39m');
    });
  });
});
