import { expect } from 'chai';
import {
  MAX_ARGUMENT_BYTES,
  MAX_ARGUMENTS,
  MAX_COMMAND_BYTES,
  MAX_LINE_BYTES,
} from '../../../src/dialects/resp/limits.js';
import { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';
import {
  crumbs,
  cut,
  DECODINGS,
  decode,
  drain,
  MAX_FILE_BYTES,
  nextCommand,
  OPTIONS,
  request,
  type Seen,
  splittings,
} from './harness.js';

interface Case {
  readonly title: string;
  readonly stream: string | Buffer;
  readonly seen: readonly Seen[];
}

const command = (name: string, ...args: string[]): Seen => ({ command: name, args });
const protocolError = (problem: string): Seen => ({
  answer: `-ERR Protocol error: ${problem}\r\n`,
  close: true,
});

const WHOLE: readonly Case[] = [
  { title: 'a name alone', stream: '*1\r\n$4\r\nTIME\r\n', seen: [command('TIME')] },
  {
    title: 'arguments',
    stream: request('GET', 'data.txt', 'VERSION', '3'),
    seen: [command('GET', 'data.txt', 'VERSION', '3')],
  },
  { title: 'a name in any case', stream: request('gEt', 'Ab'), seen: [command('GET', 'Ab')] },
  {
    title: 'a name of which only ASCII letters are raised',
    stream: request('tımé'),
    seen: [command('TıMé')],
  },
  {
    title: 'a name longer than any command',
    stream: request('x'.repeat(40)),
    seen: [command('X'.repeat(40))],
  },
  { title: 'an empty name', stream: request('', 'a'), seen: [command('', 'a')] },
  { title: 'empty arguments', stream: request('SET', '', ''), seen: [command('SET', '', '')] },
  {
    title: 'line breaks and markers inside an argument',
    stream: request('ECHO', '\r\n*1\r\n$4\r\nTIME\r\n'),
    seen: [command('ECHO', '\r\n*1\r\n$4\r\nTIME\r\n')],
  },
  {
    title: 'bytes that are no text',
    stream: request('ECHO', Buffer.from([0, 0x80, 0xff, 0x0d, 0x0a])),
    seen: [command('ECHO', '\x00\x80\xff\r\n')],
  },
  {
    title: 'a short content among the arguments',
    stream: request('PUT', 'a', 'content', 'KEEP'),
    seen: [command('PUT', 'a', 'content', 'KEEP')],
  },
  {
    title: 'several commands, in order',
    stream: Buffer.concat([request('PING'), request('GET', 'a'), request('PING')]),
    seen: [command('PING'), command('GET', 'a'), command('PING')],
  },
  {
    title: 'nothing for empty and null arrays, before and between commands',
    stream: Buffer.concat([
      Buffer.from('*0\r\n*-1\r\n'),
      request('PING'),
      Buffer.from('*0\r\n'),
      request('GET', 'a'),
      Buffer.from('*-1\r\n'),
    ]),
    seen: [command('PING'), command('GET', 'a')],
  },
  {
    title: 'leading zeros',
    stream: '*01\r\n$004\r\nPING\r\n',
    seen: [command('PING')],
  },
  {
    title: 'nothing of an incomplete command',
    stream: '*2\r\n$3\r\nGET\r\n$8\r\ndata.tx',
    seen: [],
  },
  { title: 'nothing of an incomplete end', stream: '*1\r\n$4\r\nPING\r', seen: [] },
];

const BROKEN: readonly Case[] = [
  {
    title: 'another first byte',
    stream: 'GET a\r\n',
    seen: [protocolError("expected '*', got 'G'")],
  },
  {
    title: 'a line break between commands',
    stream: Buffer.concat([request('PING'), Buffer.from('\r\n'), request('PING')]),
    seen: [command('PING'), protocolError("expected '*', got byte 0x0d")],
  },
  {
    title: 'an array of something else',
    stream: '*1\r\n:1\r\n*1\r\n$4\r\nPING\r\n',
    seen: [protocolError("expected '$', got ':'")],
  },
  {
    title: 'a count below -1',
    stream: '*-2\r\n',
    seen: [protocolError('invalid multibulk length: a command has between 0 and 1024 strings')],
  },
  {
    title: 'a huge count',
    stream: '*99999999999999999999\r\n',
    seen: [protocolError('invalid multibulk length: a command has between 0 and 1024 strings')],
  },
  {
    title: 'a count that is no number',
    stream: '*1x\r\n',
    seen: [protocolError("invalid multibulk length: expected a digit, got 'x'")],
  },
  {
    title: 'a count without digits',
    stream: '*\r\n',
    seen: [protocolError('invalid multibulk length: expected a digit, got byte 0x0d')],
  },
  {
    title: 'a sign alone',
    stream: '*-\r\n',
    seen: [protocolError('invalid multibulk length: expected a digit, got byte 0x0d')],
  },
  {
    title: 'a sign behind digits',
    stream: '*1-\r\n',
    seen: [protocolError("invalid multibulk length: expected a digit, got '-'")],
  },
  {
    title: 'a plus sign',
    stream: '*+1\r\n',
    seen: [protocolError("invalid multibulk length: expected a digit, got '+'")],
  },
  {
    title: 'a line feed without carriage return',
    stream: '*1\n$4\r\nPING\r\n',
    seen: [protocolError('invalid multibulk length: expected a digit, got byte 0x0a')],
  },
  {
    title: 'a carriage return without line feed',
    stream: '*1\r$4\r\nPING\r\n',
    seen: [
      protocolError("invalid multibulk length: a line ends in CR LF, but CR was followed by '$'"),
    ],
  },
  {
    title: 'a null string',
    stream: '*2\r\n$4\r\nPING\r\n$-1\r\n',
    seen: [protocolError('invalid bulk length: it must not be negative')],
  },
  {
    title: 'a length that is no number',
    stream: '*1\r\n$four\r\n',
    seen: [protocolError("invalid bulk length: expected a digit, got 'f'")],
  },
  {
    title: 'a string longer than declared',
    stream: '*1\r\n$4\r\nPINGS\r\n',
    seen: [
      protocolError(
        "expected CR LF behind the bytes of a bulk string, got 'S': its length was wrong",
      ),
    ],
  },
  {
    title: 'a string without its line feed',
    stream: '*1\r\n$4\r\nPING\r*1\r\n',
    seen: [
      protocolError(
        "expected CR LF behind the bytes of a bulk string, got '*': its length was wrong",
      ),
    ],
  },
];

describe('decoding RESP', () => {
  describe('understands', () => {
    for (const { title, stream, seen } of WHOLE) {
      it(title, async () => {
        for (const pieces of splittings(Buffer.from(stream))) {
          expect(await decode(pieces)).to.deep.equal(seen);
        }
      });
    }
  });

  describe('answers once, closes, and decodes nothing more after', () => {
    for (const { title, stream, seen } of BROKEN) {
      it(title, async () => {
        for (const pieces of splittings(Buffer.from(stream))) {
          expect(await decode([...pieces, request('PING')])).to.deep.equal(seen);
        }
      });
    }
  });

  describe('has limits', () => {
    /** The last message, named by its kind: the streams are too long to compare in a message. */
    async function fate(stream: Buffer): Promise<string> {
      const outcomes = new Set<string>();
      const everyThousand = Array.from({ length: stream.length / 1000 }, (_, at) => 1000 * at);
      for (const pieces of [
        [stream],
        crumbs(stream.subarray(0, 100)).concat(stream.subarray(100)),
        cut(stream, everyThousand),
      ]) {
        const [first] = await decode(pieces);
        if (first === undefined) outcomes.add('nothing');
        else outcomes.add('answer' in first ? first.answer : `${first.args.length} arguments`);
      }
      return [...outcomes].join(' | ');
    }
    const filled = (bytes: number): Buffer => Buffer.alloc(bytes, 'x');

    it('on the strings of a command', async () => {
      const strings = new Array<string>(MAX_ARGUMENTS).fill('a');
      expect(await fate(request(...strings))).to.equal(`${MAX_ARGUMENTS - 1} arguments`);
      expect(await fate(request(...strings, 'a'))).to.equal(
        '-ERR Protocol error: invalid multibulk length: a command has between 0 and 1024 strings\r\n',
      );
    });

    it('on the length of a line', async () => {
      const line = (bytes: number): Buffer =>
        Buffer.from(`*${'1'.padStart(bytes - 3, '0')}\r\n$4\r\nPING\r\n`);
      expect(await fate(line(MAX_LINE_BYTES))).to.equal('0 arguments');
      expect(await fate(line(MAX_LINE_BYTES + 1))).to.equal(
        '-ERR Protocol error: invalid multibulk length: the line is over 32 bytes long\r\n',
      );
    });

    it('on one argument', async () => {
      expect(await fate(request('ECHO', filled(MAX_ARGUMENT_BYTES)))).to.equal('1 arguments');
      expect(await fate(request('ECHO', filled(MAX_ARGUMENT_BYTES + 1)))).to.equal(
        '-ERR Protocol error: invalid bulk length: this argument may have at most 65536 bytes\r\n',
      );
    });

    it('on the name', async () => {
      expect(await fate(request(filled(MAX_ARGUMENT_BYTES)))).to.equal('0 arguments');
      expect(await fate(request(filled(MAX_ARGUMENT_BYTES + 1)))).to.match(/^-ERR Protocol error/);
    });

    it('on all arguments together', async () => {
      const most = MAX_COMMAND_BYTES / MAX_ARGUMENT_BYTES;
      const strings = new Array<Buffer>(most).fill(filled(MAX_ARGUMENT_BYTES));
      expect(await fate(request(...strings))).to.equal(`${most - 1} arguments`);
      expect(await fate(request(...strings, ''))).to.equal(`${most} arguments`);
      expect(await fate(request(...strings, 'x'))).to.equal(
        '-ERR Protocol error: invalid bulk length: the arguments of a command have at most 1048576 bytes together\r\n',
      );
    });

    it('on a content, refusing it from its length alone', async () => {
      const header = (bytes: number): Buffer =>
        Buffer.from(`*3\r\n$3\r\nPUT\r\n$1\r\na\r\n$${bytes}\r\n`);
      expect(await fate(header(MAX_FILE_BYTES))).to.equal('nothing');
      expect(await fate(header(MAX_FILE_BYTES + 1))).to.equal(
        '-TOOBIG a file may have at most 2097152 bytes (MAX_FILE_BYTES): send a smaller one, or ' +
          'have the limit raised; the connection is closed, for this content is not read\r\n',
      );
    });

    it('on a content that would be collected, too', async () => {
      const small = { ...OPTIONS, maxFileBytes: 3 };
      expect(await decode([request('PUT', 'a', 'abc')], small)).to.deep.equal([
        command('PUT', 'a', 'abc'),
      ]);
      const [refused] = await decode([request('PUT', 'a', 'abcd')], small);
      expect(refused)
        .to.have.property('answer')
        .that.matches(/^-TOOBIG .*MAX_FILE_BYTES/);
    });

    it('on memory: a declared length alone holds nothing', () => {
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(Buffer.from(`*9\r\n$4\r\nECHO\r\n$${MAX_ARGUMENT_BYTES}\r\nabc`), 0);
      expect(dialect.next()).to.equal(undefined);
      expect(dialect.bufferedBytes).to.equal('ECHOabc'.length);
    });

    it('on memory: room is made for what arrived, not for what was declared', () => {
      const before = process.memoryUsage().arrayBuffers;
      const dialects = Array.from({ length: 500 }, () => {
        const dialect = new RespDialect(DECODINGS);
        dialect.feed(Buffer.from(`*2\r\n$4\r\nECHO\r\n$${MAX_ARGUMENT_BYTES}\r\nabc`), 0);
        dialect.next();
        return dialect;
      });
      const grown = process.memoryUsage().arrayBuffers - before;
      expect(grown).to.be.lessThan((dialects.length * MAX_ARGUMENT_BYTES) / 4);
    });
  });

  it('dates a command by the read that completed it', () => {
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(Buffer.from('*1\r\n$4\r\nPI'), 10);
    expect(dialect.next()).to.equal(undefined);
    dialect.feed(Buffer.from('NG\r'), 20);
    dialect.feed(Buffer.from('\n*1\r\n$4\r\nTIME\r\n*1\r\n'), 30);
    dialect.feed(Buffer.from('$4\r\nPING\r\n'), 40);
    expect([...drain(dialect)].map((it) => it.kind === 'command' && it.command.receivedAt)).to.eql([
      30, 30, 40,
    ]);
  });

  it('takes arguments that lie whole in one read out of it uncopied', () => {
    const read = request('GET', 'data.txt');
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(read, 0);
    expect(nextCommand(dialect).args[0]?.buffer).to.equal(read.buffer);
  });

  it('never changes an argument it gave away', () => {
    const dialect = new RespDialect(DECODINGS);
    const given: Buffer[] = [];
    for (const name of ['first', 'other']) {
      for (const byte of crumbs(request('GET', name))) dialect.feed(byte, 0);
      given.push(...nextCommand(dialect).args);
    }
    expect(given.map(String)).to.deep.equal(['first', 'other']);
  });

  it('gathers a long argument from pieces of any size', async () => {
    const argument = Buffer.from(Array.from({ length: MAX_ARGUMENT_BYTES }, (_, at) => at % 251));
    const stream = request('ECHO', argument);
    for (const step of [1, 7, 100, 1000, 40_000]) {
      const every = Array.from({ length: stream.length / step }, (_, at) => at * step);
      const [seen] = await decode(cut(stream, every));
      expect(seen).to.deep.equal(command('ECHO', argument.toString('latin1')));
    }
  });

  it('counts what waits, and what keeping many small reads costs', () => {
    const dialect = new RespDialect(DECODINGS);
    const reads = crumbs(request('PING'));
    for (const read of reads) dialect.feed(read, 0);
    expect(dialect.bufferedBytes).to.be.greaterThan(100 * reads.length);
    nextCommand(dialect);
    expect(dialect.next()).to.equal(undefined);
    expect(dialect.bufferedBytes).to.equal(0);
  });

  it('needs no quiet time', () => {
    const dialect = new RespDialect(DECODINGS);
    expect(dialect.quietMs).to.equal(0);
    dialect.feed(Buffer.from('*1\r\n$4\r\nPI'), 0);
    dialect.quiet();
    dialect.feed(Buffer.from('NG\r\n'), 0);
    expect(nextCommand(dialect).name).to.equal('PING');
  });

  it('still decodes what came whole before the peer ended', () => {
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(Buffer.concat([request('PING'), request('TIME'), Buffer.from('*1\r\n$4')]), 0);
    dialect.end();
    expect(nextCommand(dialect).name).to.equal('PING');
    expect(nextCommand(dialect).name).to.equal('TIME');
    expect(dialect.next()).to.equal(undefined);
  });

  it('decodes and holds nothing after the connection is gone', () => {
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(Buffer.concat([request('PING'), Buffer.from('*2\r\n$4\r\nECHO\r\n$4\r\nab')]), 0);
    nextCommand(dialect);
    expect(dialect.next()).to.equal(undefined);
    dialect.feed(Buffer.concat([Buffer.from('cd\r\n'), request('PING')]), 0);
    dialect.abort(new Error('gone'));
    dialect.feed(request('PING'), 0);
    expect(dialect.next()).to.equal(undefined);
    expect(dialect.bufferedBytes).to.equal(0);
  });

  it('holds nothing of an incomplete command after the connection is gone', () => {
    const dialect = new RespDialect(DECODINGS);
    dialect.feed(Buffer.from('*2\r\n$4\r\nECHO\r\n$4\r\nab'), 0);
    expect(dialect.next()).to.equal(undefined);
    dialect.abort(new Error('gone'));
    expect(dialect.bufferedBytes).to.equal(0);
  });

  describe('takes time linear in the bytes: what is quadratic exceeds the time a test has', () => {
    it('for a megabyte of arguments, byte by byte, each tried at once', () => {
      const strings = new Array<Buffer>(17).fill(Buffer.alloc(60 * 1024, 'x'));
      const stream = request(...strings);
      const dialect = new RespDialect(DECODINGS);
      let commands = 0;
      for (let at = 0; at < stream.length; at += 1) {
        dialect.feed(stream.subarray(at, at + 1), 0);
        if (dialect.next() !== undefined) commands += 1;
      }
      expect(commands).to.equal(1);
    }).timeout(5_000);

    it('for a megabyte that waits in single bytes', () => {
      const stream = Buffer.alloc(1024 * 1024, request('PING'));
      const dialect = new RespDialect(DECODINGS);
      for (const byte of crumbs(stream)) dialect.feed(byte, 0);
      let commands = 0;
      for (const _ of drain(dialect)) commands += 1;
      expect(commands).to.equal(Math.floor(stream.length / request('PING').length));
    }).timeout(5_000);

    it('for 200 000 commands in one read', () => {
      const one = request('GET', 'data.txt');
      const dialect = new RespDialect(DECODINGS);
      dialect.feed(Buffer.alloc(200_000 * one.length, one), 0);
      let commands = 0;
      for (const _ of drain(dialect)) commands += 1;
      expect(commands).to.equal(200_000);
    }).timeout(5_000);
  });
});
