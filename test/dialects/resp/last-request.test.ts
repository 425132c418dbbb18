import { expect } from 'chai';
import { Input } from '../../../src/dialects/resp/input.js';
import { LastRequest } from '../../../src/dialects/resp/last-request.js';
import { MAX_ALIKE } from '../../../src/dialects/resp/limits.js';
import { RequestDecoder } from '../../../src/dialects/resp/request-decoder.js';

const TIME = '*1\r\n$4\r\nTIME\r\n';

describe('A request that comes again', () => {
  let last: LastRequest;
  let input: Input;
  let decoder: RequestDecoder;

  beforeEach(() => {
    last = new LastRequest();
    input = new Input();
    decoder = new RequestDecoder({
      maxFileBytes: 1_000,
      contentIndexOf: () => undefined,
      answersAlike: (command) => command === 'TIME',
      lastRequest: last,
    });
  });

  function decoded(...reads: string[]): string[] {
    const seen: string[] = [];
    reads.forEach((read, at) => {
      input.push(Buffer.from(read), at + 1);
      for (let next = decoder.decode(input); next !== undefined; next = decoder.decode(input)) {
        const { name, args, receivedAt, times = 1 } = next;
        const counted = times === 1 ? [] : [`×${times}`];
        seen.push([name, ...args.map(String), `@${receivedAt}`, ...counted].join(' '));
      }
    });
    return seen;
  }

  it('is the same command again, with the time of its own read', () => {
    expect(decoded(TIME, TIME, TIME)).to.deep.equal(['TIME @1', 'TIME @2', 'TIME @3']);
  });

  it('is one command with those behind it in the same read', () => {
    decoded(TIME);
    expect(decoded(TIME.repeat(3), TIME.repeat(2))).to.deep.equal(['TIME @1 ×3', 'TIME @2 ×2']);
  });

  it('is one command with no more than the limit', () => {
    decoded(TIME);
    expect(decoded(TIME.repeat(MAX_ALIKE + 2))).to.deep.equal([
      `TIME @1 ×${MAX_ALIKE}`,
      'TIME @1 ×2',
    ]);
  });

  it('is a command of its own where another comes between, and where that changes something', () => {
    const lock = '*1\r\n$4\r\nLOCK\r\n';
    expect(decoded(TIME + TIME + lock + lock + TIME + TIME)).to.deep.equal([
      'TIME @1',
      'TIME @1',
      'LOCK @1',
      'LOCK @1',
      'TIME @1',
      'TIME @1',
    ]);
  });

  it('is found wherever the reads are cut', () => {
    decoded(TIME);
    const three = TIME.repeat(3);
    for (let cut = 1; cut < three.length; cut++) {
      const seen = decoded(three.slice(0, cut), three.slice(cut));
      const count = seen.reduce((sum, one) => sum + Number(one.split('×')[1] ?? 1), 0);
      expect(count, `cut at ${cut}`).to.equal(3);
      expect(seen.every((one) => one.startsWith('TIME @'))).to.equal(true);
    }
  });

  it('is not taken for another that begins alike', () => {
    decoded(TIME);
    const others = [
      '*1\r\n$4\r\nTIMX\r\n',
      '*2\r\n$4\r\nTIME\r\n$1\r\n5\r\n',
      TIME.toLowerCase(),
      TIME,
    ];
    expect(decoded(others.join(''))).to.deep.equal(['TIMX @1', 'TIME 5 @1', 'TIME @1', 'TIME @1']);
  });

  it('is known by the decoders of other connections, too', () => {
    decoded(TIME);
    const other = new Input();
    other.push(Buffer.from(TIME), 7);
    expect(last.takeFrom(other)?.name).to.equal('TIME');
    expect(last.takeFrom(other)).to.equal(undefined);
  });

  it('is not remembered where its name is longer than that of any command', () => {
    const long = 'X'.repeat(40);
    const request = `*1\r\n$40\r\n${long}\r\n`;
    decoded(request);
    input.push(Buffer.from(request), 1);
    expect(last.takeFrom(input)).to.equal(undefined);
    expect(decoder.decode(input)?.name).to.equal(long);
  });
});
