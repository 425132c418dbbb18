import { expect } from 'chai';
import fc from 'fast-check';
import { ProtocolError } from '../../../src/client/errors.js';
import type { BulkSink } from '../../../src/client/resp/blob.js';
import { ReplyDecoder } from '../../../src/client/resp/decoder.js';
import { MAX_DEPTH, MAX_ITEMS, MAX_LINE_BYTES } from '../../../src/client/resp/limits.js';
import { ErrorReply, type RespValue } from '../../../src/client/resp/values.js';

const MAX_REPLY_BYTES = 1024 * 1024;

class Recorder {
  readonly values: RespValue[] = [];
  readonly pushes: (readonly RespValue[])[] = [];
  readonly streamed: { size: number; chunks: Buffer[]; ended: boolean }[] = [];
  streaming = false;

  value(value: RespValue): void {
    this.values.push(value);
  }

  push(items: readonly RespValue[]): void {
    this.pushes.push(items);
  }

  bulk(size: number): BulkSink | undefined {
    if (!this.streaming) return undefined;
    const taken = { size, chunks: [] as Buffer[], ended: false };
    this.streamed.push(taken);
    return {
      chunk: (bytes) => taken.chunks.push(bytes),
      end: () => {
        taken.ended = true;
      },
    };
  }
}

function decode(pieces: readonly Buffer[], maxReplyBytes = MAX_REPLY_BYTES): Recorder {
  const recorder = new Recorder();
  const decoder = new ReplyDecoder(recorder, maxReplyBytes);
  for (const piece of pieces) decoder.feed(piece);
  return recorder;
}

const CASES: readonly (readonly [name: string, wire: string, value: RespValue])[] = [
  ['simple string', '+OK\r\n', 'OK'],
  ['empty simple string', '+\r\n', ''],
  ['error', '-LOCKED by ada: wait\r\n', new ErrorReply('LOCKED', 'by ada: wait')],
  ['bulk error', '!11\r\nERR a\r\nb c!\r\n', new ErrorReply('ERR', 'a\r\nb c!')],
  ['integer', ':42\r\n', 42],
  ['negative integer', ':-7\r\n', -7],
  ['integer beyond 2^53', ':9223372036854775807\r\n', 9223372036854775807n],
  ['bulk string', '$5\r\na\r\nbc\r\n', Buffer.from('a\r\nbc')],
  ['empty bulk string', '$0\r\n\r\n', Buffer.from('')],
  ['null bulk string', '$-1\r\n', null],
  ['null array', '*-1\r\n', null],
  ['RESP3 null', '_\r\n', null],
  ['true', '#t\r\n', true],
  ['false', '#f\r\n', false],
  ['double', ',1.5e3\r\n', 1500],
  ['infinity', ',-inf\r\n', Number.NEGATIVE_INFINITY],
  ['big number', '(123456789012345678901234567890\r\n', 123456789012345678901234567890n],
  ['verbatim string', '=7\r\ntxt:a\nb\r\n', 'a\nb'],
  ['empty array', '*0\r\n', []],
  ['nested arrays', '*2\r\n*2\r\n:1\r\n*0\r\n$1\r\nx\r\n', [[1, []], Buffer.from('x')]],
  ['set', '~2\r\n+a\r\n+b\r\n', ['a', 'b']],
  [
    'map',
    '%2\r\n$1\r\na\r\n:1\r\n+b\r\n*1\r\n_\r\n',
    new Map<string, RespValue>([
      ['a', 1],
      ['b', [null]],
    ]),
  ],
  ['attribute before a value', '|1\r\n+ttl\r\n:3\r\n+OK\r\n', 'OK'],
  ['attribute inside an array', '*2\r\n|1\r\n+k\r\n+v\r\n:1\r\n:2\r\n', [1, 2]],
];

describe('client/resp/decoder', () => {
  for (const [name, text, value] of CASES) {
    const wire = Buffer.from(`${text}:1\r\n`);

    it(`${name}: whole`, () => {
      expect(decode([wire]).values).to.deep.equal([value, 1]);
    });

    it(`${name}: byte by byte`, () => {
      expect(decode([...wire].map((byte) => Buffer.of(byte))).values).to.deep.equal([value, 1]);
    });

    it(`${name}: split at every boundary`, () => {
      for (let at = 0; at <= wire.length; at += 1) {
        const pieces = [wire.subarray(0, at), wire.subarray(at)];
        expect(decode(pieces).values, `split at ${at}`).to.deep.equal([value, 1]);
      }
    });
  }

  it('gives push messages apart, between replies', () => {
    const recorder = decode([Buffer.from('+a\r\n>2\r\n+file:x\r\n:3\r\n+b\r\n')]);
    expect(recorder.values).to.deep.equal(['a', 'b']);
    expect(recorder.pushes).to.deep.equal([['file:x', 3]]);
  });

  it('hands a streamed string over piece by piece, without waiting for its end', () => {
    const recorder = new Recorder();
    recorder.streaming = true;
    const decoder = new ReplyDecoder(recorder, 100);
    decoder.feed(Buffer.from('$1000000\r\nabc'));
    decoder.feed(Buffer.from('def'));
    expect(Buffer.concat(recorder.streamed[0]?.chunks ?? []).toString()).to.equal('abcdef');
    expect(recorder.streamed[0]).to.include({ size: 1_000_000, ended: false });
  });

  it('ends a streamed string exactly where it ends, however it is cut', () => {
    const wire = Buffer.from('$4\r\n\r\n\r\n\r\n+next\r\n');
    for (let at = 0; at <= wire.length; at += 1) {
      const recorder = new Recorder();
      recorder.streaming = true;
      const decoder = new ReplyDecoder(recorder, 100);
      decoder.feed(wire.subarray(0, at));
      decoder.feed(wire.subarray(at));
      const [taken] = recorder.streamed;
      expect(Buffer.concat(taken?.chunks ?? []).toString(), `split at ${at}`).to.equal('\r\n\r\n');
      expect(taken?.ended).to.equal(true);
      expect(recorder.values).to.deep.equal(['next']);
    }
  });

  it('never offers a string inside an array to the stream', () => {
    const recorder = new Recorder();
    recorder.streaming = true;
    new ReplyDecoder(recorder, 1000).feed(Buffer.from('*1\r\n$1\r\nx\r\n'));
    expect(recorder.values).to.deep.equal([[Buffer.from('x')]]);
    expect(recorder.streamed).to.deep.equal([]);
  });

  const MALFORMED: readonly (readonly [name: string, wire: string])[] = [
    ['an unknown type', '@x\r\n'],
    ['a length that is no number', '$1x\r\n'],
    ['a negative length', '$-2\r\n'],
    ['a string longer than announced', '$1\r\nab\r\n'],
    ['an integer that is none', ':1.5\r\n'],
    ['a boolean that is none', '#x\r\n'],
    ['a double that is none', ',x\r\n'],
    ['an empty double', ',\r\n'],
    ['a big number that is none', '(1.5\r\n'],
    ['a count over the limit', `*${MAX_ITEMS + 1}\r\n`],
    ['a push inside an array', '*1\r\n>1\r\n'],
    ['nesting over the limit', '*1\r\n'.repeat(MAX_DEPTH + 1)],
    ['a line over the limit', `+${'x'.repeat(MAX_LINE_BYTES)}`],
    ['a reply over the limit', `*2\r\n$10\r\n0123456789\r\n$${MAX_REPLY_BYTES}\r\n`],
  ];
  for (const [name, wire] of MALFORMED) {
    it(`refuses ${name}`, () => {
      expect(() => decode([Buffer.from(wire)])).to.throw(ProtocolError);
    });
  }

  it('takes what lies just within the limits', () => {
    const deep = `${'*1\r\n'.repeat(MAX_DEPTH)}:1\r\n`;
    const long = `+${'x'.repeat(MAX_LINE_BYTES - 1)}\r\n`;
    expect(decode([Buffer.from(deep + long)]).values).to.have.length(2);
  });

  it('counts each reply by itself towards the limit', () => {
    const reply = Buffer.from(`$600\r\n${'x'.repeat(600)}\r\n`);
    expect(decode([reply, reply, reply], 1000).values).to.have.length(3);
  });

  it('decodes any nested value, cut anywhere', () => {
    const { value: arbitrary } = fc.letrec<{ value: [string, RespValue] }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer().map((n): [string, RespValue] => [`:${n}\r\n`, n === 0 ? 0 : n]),
        fc.uint8Array({ maxLength: 40 }).map((bytes): [string, RespValue] => {
          const latin1 = Buffer.from(bytes).toString('latin1');
          return [`$${bytes.length}\r\n${latin1}\r\n`, Buffer.from(bytes)];
        }),
        fc.boolean().map((yes): [string, RespValue] => [yes ? '#t\r\n' : '#f\r\n', yes]),
        fc
          .array(tie('value'), { maxLength: 4 })
          .map((items): [string, RespValue] => [
            `*${items.length}\r\n${items.map(([wire]) => wire).join('')}`,
            items.map(([, value]) => value),
          ]),
      ),
    }));
    fc.assert(
      fc.property(fc.array(arbitrary, { minLength: 1 }), fc.array(fc.nat()), (replies, cuts) => {
        const wire = Buffer.from(replies.map(([text]) => text).join(''), 'latin1');
        const edges = [0, ...cuts.map((cut) => cut % (wire.length + 1)), wire.length];
        edges.sort((one, other) => one - other);
        const pieces = edges.slice(1).map((end, at) => wire.subarray(edges[at] ?? 0, end));
        expect(decode(pieces).values).to.deep.equal(replies.map(([, value]) => value));
      }),
      { numRuns: 200 },
    );
  });

  it('answers random bytes with values or a ProtocolError, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode([Buffer.from(bytes)]);
        } catch (error) {
          expect(error).to.be.instanceOf(ProtocolError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
