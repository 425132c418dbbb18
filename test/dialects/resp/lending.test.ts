import { expect } from 'chai';
import { Decodings } from '../../../src/dialects/resp/decoding.js';
import { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';
import { drain, nextCommand, OPTIONS, request } from './harness.js';

/** Counts how many were made by what is asked of the options. */
class CountingDecodings extends Decodings {
  readonly lent = new Set<object>();

  override lend() {
    const decoding = super.lend();
    this.lent.add(decoding);
    return decoding;
  }
}

describe('Connections that share what decodes', () => {
  let decodings: CountingDecodings;
  let one: RespDialect;
  let other: RespDialect;

  beforeEach(() => {
    decodings = new CountingDecodings(OPTIONS);
    one = new RespDialect(decodings);
    other = new RespDialect(decodings);
  });

  const names = (dialect: RespDialect): string[] =>
    [...drain(dialect)].map((decoded) =>
      decoded.kind === 'command' ? decoded.command.name : decoded.bytes,
    );

  it('take turns with one while each has decoded all that it read', () => {
    for (const dialect of [one, other, one]) {
      dialect.feed(request('GET', 'a'), 0);
      expect(names(dialect)).to.deep.equal(['GET']);
      expect(dialect.bufferedBytes).to.equal(0);
    }
    expect(decodings.lent.size).to.equal(1);
  });

  it('do not get in each other’s way in the middle of a command', () => {
    const [first, second] = [request('ECHO', 'from one'), request('ECHO', 'from other')];
    for (let at = 1; at < first.length; at++) {
      one.feed(first.subarray(0, at), 1);
      expect(names(one)).to.deep.equal([]);
      other.feed(second.subarray(0, at), 2);
      expect(names(other)).to.deep.equal([]);
      one.feed(first.subarray(at), 3);
      other.feed(second.subarray(at), 4);
      expect(String(nextCommand(one).args[0])).to.equal('from one');
      expect(String(nextCommand(other).args[0])).to.equal('from other');
      expect([names(one), names(other)]).to.deep.equal([[], []]);
    }
  });

  it('leave nothing behind when their stream broke or they are gone', () => {
    one.feed(Buffer.from('*1\r\n:nonsense'), 0);
    expect(names(one)).to.have.length(1);
    other.feed(request('GET', 'a').subarray(0, 12), 0);
    expect(names(other)).to.deep.equal([]);
    other.abort(new Error('gone'));
    const third = new RespDialect(decodings);
    third.feed(request('PING'), 0);
    expect(names(third)).to.deep.equal(['PING']);
  });
});
