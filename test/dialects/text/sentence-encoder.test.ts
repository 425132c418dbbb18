import { expect } from 'chai';
import { array, failure, integer, NULL, OK, type Reply } from '../../../src/commands/reply.js';
import { SentenceEncoder } from '../../../src/dialects/text/sentence-encoder.js';
import { CollectingWriter, contentReply } from './harness.js';

async function written(command: string, reply: Reply, lineBreak = false): Promise<string> {
  const out = new CollectingWriter();
  new SentenceEncoder('Bye Client', 'Europe/Madrid').encode(command, reply, lineBreak, out);
  await out.settle();
  return out.written + (out.closed ? ' (closed)' : '');
}

const content = (text: string): Reply => contentReply(Buffer.from(text));

describe('Sentences', () => {
  const cases: [string, Reply, string][] = [
    ['TIME', { kind: 'time', micros: 1_767_265_445_000_007 }, '2026-01-01 12:04:05.000007'],
    ['GET', NULL, 'File not found'],
    ['GET', failure('NAME', 'a name must not be empty'), 'File not found'],
    [
      'GET',
      failure('UNAVAILABLE', 'the store is away; try again'),
      'ERROR: the store is away; try again',
    ],
    [
      'LOCK',
      array([integer(3), integer(1), integer(30_000)]),
      'SUCCESS: File has been asociated with your address',
    ],
    ['LOCK', failure('LOCKED', 'held by somebody'), 'ERROR: File is blocked'],
    ['LOCK', failure('NAME', 'a name must not be empty'), 'ERROR: a name must not be empty'],
    ['LOCK', failure('UNAVAILABLE', 'the lock table is away'), 'ERROR: the lock table is away'],
    ['PUT', integer(4), 'File has been modified'],
    ['PUT', failure('FENCED', 'nothing was changed'), 'ERROR: nothing was changed'],
    ['PUT', failure('NOTLOCKED', 'LOCK it first'), 'ERROR: LOCK it first'],
    ['PUT', failure('LOCKED', 'held by somebody'), 'ERROR: held by somebody'],
    ['BYE', { kind: 'bye', reply: OK }, 'Bye Client'],
    ['BYE', failure('NOPERM', 'you may not'), 'ERROR: you may not'],
  ];
  for (const [command, reply, sentence] of cases) {
    const closed = reply.kind === 'bye' ? ' (closed)' : '';
    const code = reply.kind === 'error' ? ` ${reply.code}` : '';
    it(`answer ${command}, ${reply.kind}${code}: ${sentence}`, async () => {
      expect(await written(command, reply)).to.equal(sentence + closed);
      expect(await written(command, reply, true)).to.equal(`${sentence}\n${closed}`);
    });
  }

  it('send a content as it is', async () => {
    for (const text of ['', 'hello', 'hello\n', 'a\r\nb', '\n']) {
      expect(await written('GET', content(text))).to.equal(text);
    }
  });

  it('end a content in a line break only if one was asked for and it does not end in one', async () => {
    expect(await written('GET', content('hello'), true)).to.equal('hello\n');
    expect(await written('GET', content('a\nb'), true)).to.equal('a\nb\n');
    expect(await written('GET', content('hello\n'), true)).to.equal('hello\n');
    expect(await written('GET', content('hello\r\n'), true)).to.equal('hello\r\n');
    expect(await written('GET', content('hello\r'), true)).to.equal('hello\r\n');
    expect(await written('GET', content(''), true)).to.equal('\n');
  });

  it('refuse to make up a time, or an answer to what is never sent', () => {
    const encode = (command: string): void =>
      new SentenceEncoder('Bye', 'UTC').encode(command, OK, false, new CollectingWriter());
    expect(() => encode('TIME')).to.throw(TypeError, 'with the time');
    expect(() => encode('STAT')).to.throw(TypeError, 'STAT');
  });
});
