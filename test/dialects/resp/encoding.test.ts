import { expect } from 'chai';
import type { Command } from '../../../src/commands/command.js';
import {
  array,
  bulk,
  failure,
  integer,
  many,
  NULL,
  OK,
  type Reply,
  record,
} from '../../../src/commands/reply.js';
import { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';
import { DECODINGS } from './harness.js';
import { contentOf, RecordingWriter } from './recording-writer.js';

const COMMAND: Command = { name: 'ANY', args: [], receivedAt: 0 };

interface Row {
  readonly title: string;
  readonly reply: Reply;
  readonly resp2: string;
  /** Where it differs. */
  readonly resp3?: string;
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const TABLE: readonly Row[] = [
  { title: 'simple', reply: OK, resp2: '+OK\r\n' },
  {
    title: 'simple with line breaks',
    reply: { kind: 'simple', text: 'a\r\nb\nc' },
    resp2: '+a b c\r\n',
  },
  { title: 'integer', reply: integer(42), resp2: ':42\r\n' },
  {
    title: 'push',
    reply: { kind: 'push', items: [bulk('subscribe'), NULL, integer(0)] },
    resp2: '*3\r\n$9\r\nsubscribe\r\n$-1\r\n:0\r\n',
    resp3: '>3\r\n$9\r\nsubscribe\r\n_\r\n:0\r\n',
  },
  {
    title: 'many',
    reply: many([OK, array([integer(1)]), NULL]),
    resp2: '+OK\r\n*1\r\n:1\r\n$-1\r\n',
    resp3: '+OK\r\n*1\r\n:1\r\n_\r\n',
  },
  { title: 'none of many', reply: many([]), resp2: '' },
  { title: 'negative integer', reply: integer(-1), resp2: ':-1\r\n' },
  {
    title: 'the largest integer',
    reply: integer(Number.MAX_SAFE_INTEGER),
    resp2: ':9007199254740991\r\n',
  },
  { title: 'bulk text', reply: bulk('data'), resp2: '$4\r\ndata\r\n' },
  { title: 'empty bulk text', reply: bulk(''), resp2: '$0\r\n\r\n' },
  {
    title: 'bulk text beyond ASCII, counted in bytes',
    reply: bulk('añ€🔒'),
    resp2: utf8('$10\r\nañ€🔒\r\n'),
  },
  {
    title: 'bulk text with half a character, counted as it is sent',
    reply: bulk('\ud800'),
    resp2: utf8('$3\r\n\ufffd\r\n'),
  },
  { title: 'bulk text with line breaks', reply: bulk('a\r\nb'), resp2: '$4\r\na\r\nb\r\n' },
  {
    title: 'bulk bytes',
    reply: bulk(Buffer.from([0xff, 0x00, 0x0d, 0x0a])),
    resp2: '$4\r\n\xff\x00\r\n\r\n',
  },
  { title: 'empty bulk bytes', reply: bulk(Buffer.alloc(0)), resp2: '$0\r\n\r\n' },
  {
    title: 'verbatim',
    reply: { kind: 'verbatim', value: 'a:ñ\r\n' },
    resp2: utf8('$6\r\na:ñ\r\n\r\n'),
    resp3: utf8('=10\r\ntxt:a:ñ\r\n\r\n'),
  },
  {
    title: 'the time, as Redis tells it',
    reply: { kind: 'time', micros: 1_700_000_000_000_042 },
    resp2: '*2\r\n$10\r\n1700000000\r\n$2\r\n42\r\n',
  },
  {
    title: 'the time at the turn of a second',
    reply: array([
      { kind: 'time', micros: 1_700_000_000_999_999 },
      { kind: 'time', micros: 1_700_000_001_000_000 },
    ]),
    resp2:
      '*2\r\n*2\r\n$10\r\n1700000000\r\n$6\r\n999999\r\n*2\r\n$10\r\n1700000001\r\n$1\r\n0\r\n',
  },
  { title: 'true', reply: { kind: 'boolean', value: true }, resp2: ':1\r\n', resp3: '#t\r\n' },
  { title: 'false', reply: { kind: 'boolean', value: false }, resp2: ':0\r\n', resp3: '#f\r\n' },
  { title: 'null', reply: NULL, resp2: '$-1\r\n', resp3: '_\r\n' },
  { title: 'empty array', reply: array([]), resp2: '*0\r\n' },
  {
    title: 'nested array',
    reply: array([integer(1), array([bulk('a'), NULL]), bulk(Buffer.from('b')), integer(2)]),
    resp2: '*4\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n$1\r\nb\r\n:2\r\n',
    resp3: '*4\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n$1\r\nb\r\n:2\r\n',
  },
  {
    title: 'set',
    reply: { kind: 'set', items: [bulk('a'), bulk('b')] },
    resp2: '*2\r\n$1\r\na\r\n$1\r\nb\r\n',
    resp3: '~2\r\n$1\r\na\r\n$1\r\nb\r\n',
  },
  {
    title: 'record',
    reply: record([
      ['size', integer(3)],
      ['more', record([['ok', { kind: 'boolean', value: true }]])],
    ]),
    resp2: '*4\r\n$4\r\nsize\r\n:3\r\n$4\r\nmore\r\n*2\r\n$2\r\nok\r\n:1\r\n',
    resp3: '%2\r\n$4\r\nsize\r\n:3\r\n$4\r\nmore\r\n%1\r\n$2\r\nok\r\n#t\r\n',
  },
  { title: 'empty record', reply: record([]), resp2: '*0\r\n', resp3: '%0\r\n' },
  {
    title: 'content',
    reply: { kind: 'content', content: contentOf('12', '345') },
    resp2: '$5\r\n12345\r\n',
  },
  { title: 'empty content', reply: { kind: 'content', content: contentOf() }, resp2: '$0\r\n\r\n' },
  {
    title: 'content among others',
    reply: array([integer(1), { kind: 'content', content: contentOf('ab') }, integer(2)]),
    resp2: '*3\r\n:1\r\n$2\r\nab\r\n:2\r\n',
  },
  {
    title: 'error',
    reply: failure('LOCKED', '"a" is held by 7'),
    resp2: '-LOCKED "a" is held by 7\r\n',
  },
  {
    title: 'error that tries to forge a second reply',
    reply: failure('ERR', 'unknown command "x\r\n+OK\r\n"\n'),
    resp2: '-ERR unknown command "x +OK " \r\n',
  },
  { title: 'bye', reply: { kind: 'bye', reply: OK }, resp2: '+OK\r\n<close>' },
];

const HELLO = (protocol: 2 | 3, reply: Reply): Reply => ({ kind: 'hello', protocol, reply });

/** Encodes one after the other on one connection. */
function encoded(...replies: Reply[]): RecordingWriter {
  const dialect = new RespDialect(DECODINGS);
  const out = new RecordingWriter();
  for (const reply of replies) dialect.encode(COMMAND, reply, out);
  return out;
}

describe('encoding RESP', () => {
  for (const { title, reply, resp2, resp3 } of TABLE) {
    it(`${title}, RESP2`, async () => {
      expect(await encoded(reply).sent()).to.equal(resp2);
    });

    it(`${title}, RESP3`, async () => {
      expect(await encoded(HELLO(3, OK), reply).sent()).to.equal(`+OK\r\n${resp3 ?? resp2}`);
    });
  }

  it('switches with the very reply to HELLO, and back', async () => {
    const answer = record([['proto', NULL]]);
    const out = encoded(NULL, HELLO(3, answer), NULL, HELLO(2, answer), NULL);
    expect(await out.sent()).to.equal(
      '$-1\r\n' +
        '%1\r\n$5\r\nproto\r\n_\r\n' +
        '_\r\n' +
        '*2\r\n$5\r\nproto\r\n$-1\r\n' +
        '$-1\r\n',
    );
  });

  it('writes a reply without bytes in one call', () => {
    const items = Array.from({ length: 100 }, (_, at) => record([['size', integer(at)]]));
    expect(encoded(array(items)).steps).to.have.length(1);
  });

  it('answers a command that stands for several as often', async () => {
    const out = new RecordingWriter();
    const dialect = new RespDialect(DECODINGS);
    const reply: Reply = { kind: 'time', micros: 1_700_000_000_000_042 };
    dialect.encode({ ...COMMAND, times: 3 }, reply, out);
    expect(await out.sent()).to.equal('*2\r\n$10\r\n1700000000\r\n$2\r\n42\r\n'.repeat(3));
    expect(out.steps).to.have.length(1);
  });

  it('writes bytes uncopied', () => {
    const bytes = Buffer.from('content');
    expect(encoded(bulk(bytes)).steps[1]).to.have.property('bytes', bytes);
  });
});
