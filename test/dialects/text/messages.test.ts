import { expect } from 'chai';
import { MAX_COMMAND_LINE_BYTES } from '../../../src/dialects/text/limits.js';
import { BLOCKED, Client, MODIFIED, NOW, pieces, QUIET_MS, SUCCESS, World } from './harness.js';

const HI = 'Hi TCP Client';
const UNKNOWN = 'Command not found';

/** [T-2] and [T-3]: where messages begin and end, and which are commands. */
describe('Text messages', () => {
  let world: World;
  let one: Client;
  let other: Client;

  beforeEach(() => {
    world = new World();
    world.files.set('data.txt', Buffer.from('content'));
    one = new Client({}, world);
    other = new Client({}, world);
  });

  it('that are exact commands are answered at once, without a line break', async () => {
    expect(await one.send('TIME')).to.equal(NOW);
    expect(await one.send('GET data.txt')).to.equal('content');
    expect(await one.send('LOCK data.txt')).to.equal(SUCCESS);
    expect(one.dialect.quietMs).to.equal(0);
    expect(await one.send('BYE')).to.equal('Bye');
    expect(one.writer.closed).to.equal(true);
    expect(await other.send('EXIT\r\n')).to.equal('Bye\n');
    expect(other.writer.closed).to.equal(true);
  });

  it('drop a command’s line break and get their answer with one', async () => {
    for (const lineBreak of ['\n', '\r\n']) {
      expect(await one.send(`TIME${lineBreak}`)).to.equal(`${NOW}\n`);
      expect(await one.send(`GET data.txt${lineBreak}`)).to.equal('content\n');
      expect(await one.send(`GET no.txt${lineBreak}`)).to.equal('File not found\n');
      expect(await one.send(`LOCK data.txt${lineBreak}`)).to.equal(`${SUCCESS}\n`);
      expect(await other.send(`LOCK data.txt${lineBreak}`)).to.equal(`${BLOCKED}\n`);
      expect(await one.send(`LOCK ../x${lineBreak}`)).to.match(/^ERROR: a name .*[^\n]\n$/);
    }
  });

  it('are each line of a read whose first line is a command', async () => {
    expect(await one.send('TIME\nGET data.txt\r\nTIME\nGET no.txt')).to.equal(
      `${NOW}\ncontent\n${NOW}\nFile not found`,
    );
    expect(await one.send('TIME\nhello\nTIME\n\nTIME')).to.equal(
      `${NOW}\n${HI}\n${NOW}\n${UNKNOWN}\n${NOW}`,
    );
    expect(await one.send('TIME\na\nb\nTIME\n')).to.equal(
      `${NOW}\n${UNKNOWN}\n${UNKNOWN}\n${NOW}\n`,
    );
    expect(await one.send('TIME\r\nhello\r\n')).to.equal(`${NOW}\n${UNKNOWN}\n`);
    expect(one.dialect.quietMs).to.equal(0);
  });

  it('behind a command wait for their end where they have no line break', async () => {
    expect(await one.send('TIME\nhello')).to.equal(`${NOW}\n`);
    expect(await one.send(' there\nTIME\n')).to.equal('');
    expect(await one.quiet()).to.equal(`${HI}\n`);
  });

  it('are not looked into where the first line of a read is no command', async () => {
    expect(await one.send('hello\nTIME\nGET data.txt\n')).to.equal('');
    expect(await one.quiet()).to.equal(`${HI}\n`);
    expect(one.commands).to.deep.equal([]);
    expect(await one.say('\nTIME\n')).to.equal(`${UNKNOWN}\n`);
  });

  it('are read by read: what ended a message long ago does not reach into the next', async () => {
    expect(await one.send('TIME\nTIME\n')).to.equal(`${NOW}\n${NOW}\n`);
    expect(await one.send('hello\nTIME\n')).to.equal('');
    expect(await one.quiet()).to.equal(`${HI}\n`);
    expect(await one.send('TIME')).to.equal(NOW);
  });

  it('that are commands torn over reads are free text', async () => {
    expect(await one.send('T', 'I', 'M', 'E\n')).to.equal('');
    expect(await one.quiet()).to.equal(`${HI}\n`);
    expect(await one.say('LOC', 'K data.txt\n')).to.equal(`${UNKNOWN}\n`);
    expect(await one.say('GET d', 'ata.txt')).to.equal(`File not found${UNKNOWN}`);
    expect(one.commands.map(({ name }) => name)).to.deep.equal(['GET']);
  });

  it('that are free text take every later read, whatever it spells, until it is quiet', async () => {
    expect(await one.send('hello', 'TIME', 'GET data.txt\n', 'BYE\n')).to.equal('');
    expect(one.dialect.quietMs).to.equal(QUIET_MS);
    expect(await one.quiet()).to.equal(`${HI}\n`);
    expect(one.commands).to.deep.equal([]);
    expect(one.dialect.quietMs).to.equal(0);
    expect(await one.send('TIME')).to.equal(NOW);
  });

  it('end where the client half-closes', async () => {
    expect(await one.send('hello')).to.equal('');
    expect(await one.end()).to.equal(HI);
    expect(one.dialect.quietMs).to.equal(0);
  });

  for (const word of ['GET', 'LOCK'] as const) {
    const long = `${word} ${'long-name/'.repeat(6)}`.slice(0, 57);
    const answer = word === 'GET' ? 'File not found' : SUCCESS;

    it(`of 20 bytes that are a ${word} without a line break wait for the quiet time`, async () => {
      expect(await one.send(long.slice(0, 20))).to.equal('');
      expect(one.dialect.quietMs).to.equal(QUIET_MS);
      expect(await one.quiet()).to.equal(answer);
      expect(one.commands.map(({ args }) => String(args[0]))).to.deep.equal([
        long.slice(word.length + 1, 20),
      ]);
    });

    it(`of 19 or 21 bytes that are a ${word}, or 20 with the line break, do not`, async () => {
      expect(await one.send(long.slice(0, 19))).to.equal(answer);
      expect(await one.send(long.slice(0, 21))).to.equal(answer);
      expect(await one.send(`${long.slice(0, 19)}\n`)).to.equal(`${answer}\n`);
    });

    for (const length of [40, 57]) {
      it(`of ${length} bytes in pieces of 20 are one ${word}`, async () => {
        expect(await one.send(...pieces(long.slice(0, length), 20))).to.equal('');
        expect(await one.quiet()).to.equal(answer);
        expect(one.commands.map(({ args }) => String(args[0]))).to.deep.equal([
          long.slice(word.length + 1, length),
        ]);
      });

      it(`of ${length} bytes in pieces of 20 are one ${word} at their line break`, async () => {
        const reads = pieces(`${long.slice(0, length)}\n`, 20);
        expect(await one.send(...reads)).to.equal(`${answer}\n`);
        expect(await one.send('TIME')).to.equal(NOW);
      });
    }

    it(`of 20 bytes that are a ${word} are complete at a half-close`, async () => {
      await one.send(long.slice(0, 20));
      expect(await one.end()).to.equal(answer);
    });
  }

  it('that begin like a command in pieces but never end are free text, and kept', async () => {
    await one.send('LOCK data.txt');
    const text = 'GET '.padEnd(30_000, 'no name is as long as this ');
    expect(await one.say(...pieces(text, 20))).to.equal(MODIFIED);
    expect(world.files.get('data.txt')?.toString()).to.equal(text);
  });

  it('that begin like a command are held up to the longest command line only', async () => {
    let most = 0;
    await one.send('PUT ');
    for (const piece of pieces('x'.repeat(MAX_COMMAND_LINE_BYTES + 500), 1)) {
      await one.send(piece);
      most = Math.max(most, one.dialect.bufferedBytes);
    }
    expect(most).to.be.within(MAX_COMMAND_LINE_BYTES - 1, MAX_COMMAND_LINE_BYTES + 1_000);
    expect(one.dialect.bufferedBytes).to.equal(0);
    expect(await one.quiet()).to.equal(HI);
  });

  it('go on being split rightly behind a command that is still executed', async () => {
    const { dialect } = one;
    const lock = { name: 'LOCK', args: [Buffer.from('data.txt')], receivedAt: 1 };
    dialect.feed(Buffer.from('LOCK data.txt'), 1);
    expect(dialect.next()).to.deep.equal({ kind: 'command', command: lock });
    dialect.feed(Buffer.from('hel'), 2);
    dialect.feed(Buffer.from('lo'), 3);
    dialect.quiet();
    dialect.feed(Buffer.from('TIME'), 4);
    dialect.encode(lock, { kind: 'array', items: [] }, one.writer);
    const put = {
      name: 'PUT',
      args: [Buffer.from('data.txt'), Buffer.from('hello')],
      receivedAt: 3,
    };
    expect(dialect.next()).to.deep.equal({ kind: 'command', command: put });
    dialect.encode(put, { kind: 'integer', value: 1 }, one.writer);
    expect(dialect.next()).to.deep.equal({
      kind: 'command',
      command: { name: 'TIME', args: [], receivedAt: 4 },
    });
  });

  it('tell when they were read', async () => {
    one.dialect.feed(Buffer.from('TIME\nTI'), 17);
    const decoded = one.dialect.next();
    expect(decoded).to.deep.equal({
      kind: 'command',
      command: { name: 'TIME', args: [], receivedAt: 17 },
    });
  });

  it('count as buffered until they are decoded', () => {
    expect(one.dialect.bufferedBytes).to.equal(0);
    one.dialect.feed(Buffer.from('TIME'), 1);
    expect(one.dialect.bufferedBytes).to.be.above(4);
    one.dialect.next();
    expect(one.dialect.bufferedBytes).to.equal(0);
    for (let read = 0; read < 1_000; read++) one.dialect.feed(Buffer.from('x'), 2);
    expect(one.dialect.bufferedBytes).to.be.above(200_000);
  });

  it('are not taken any more once the connection is gone', async () => {
    await one.send('hello');
    one.dialect.abort(new Error('gone'));
    one.dialect.feed(Buffer.from('TIME'), 1);
    one.dialect.quiet();
    expect(one.dialect.next()).to.equal(undefined);
    expect(one.dialect.quietMs).to.equal(0);
    expect(one.dialect.bufferedBytes).to.equal(0);
  });
});
