import { expect } from 'chai';
import { failure } from '../../../src/commands/reply.js';
import { MAX_HELD_NAMES } from '../../../src/dialects/text/limits.js';
import { BLOCKED, Client, MODIFIED, NOW, pieces, SUCCESS, World } from './harness.js';

const HI = 'Hi TCP Client';
const UNKNOWN = 'Command not found';
const IS_BLOCKED = 'File is blocked';

/** [T-4]: what becomes of text that is no command. */
describe('Free text', () => {
  let world: World;
  let one: Client;
  let other: Client;
  const content = (name = 'data.txt'): string | undefined => world.files.get(name)?.toString();

  beforeEach(() => {
    world = new World();
    one = new Client({}, world);
    other = new Client({}, world);
  });

  it('is greeted once, then not found', async () => {
    expect(await one.say('Hola servidor')).to.equal(HI);
    expect(await one.say('Hola servidor')).to.equal(UNKNOWN);
    expect(await other.say('hola')).to.equal(HI);
  });

  it('is greeted also behind commands', async () => {
    expect(await one.say('TIME')).to.equal(NOW);
    expect(await one.say('GET data.txt')).to.equal('File not found');
    expect(await one.say('hello')).to.equal(HI);
  });

  it('ends its answer in a line break if it ends in one', async () => {
    expect(await one.say('hello\n')).to.equal(`${HI}\n`);
    expect(await one.say('hello\r\n')).to.equal(`${UNKNOWN}\n`);
    expect(await one.say('hel\nlo')).to.equal(UNKNOWN);
  });

  for (const length of [57, 40]) {
    it(`of ${length} bytes in pieces of 20 is one message with one answer`, async () => {
      const text = 'This text is long enough to be sent in pieces of twenty b';
      expect(await one.send(...pieces(text.slice(0, length), 20))).to.equal('');
      expect(await one.quiet()).to.equal(HI);
      expect(await one.quiet()).to.equal('');
    });
  }

  for (const size of [1, 2, 7, 20, 1_000]) {
    it(`becomes the content, in reads of ${size}, whole, and ends the lock`, async () => {
      const text = 'line one\r\nTIME\nline three\n\n€ and \u0000\n'.repeat(20);
      expect(await one.say('LOCK data.txt\n')).to.equal(`${SUCCESS}\n`);
      expect(await one.say(...pieces(text, size))).to.equal(MODIFIED);
      expect(content()).to.equal(text);
      expect(world.locks.size).to.equal(0);
      expect(await one.say('more')).to.equal(UNKNOWN);
    });
  }

  it('becomes the content, behind its LOCK in the same read, whole', async () => {
    expect(await one.send('LOCK data.txt\none\nTIME\ntwo\n')).to.equal(`${SUCCESS}\n`);
    expect(await one.quiet()).to.equal(MODIFIED);
    expect(content()).to.equal('one\nTIME\ntwo\n');
  });

  it('does not become the content if it is a command', async () => {
    expect(await one.send('LOCK data.txt\nTIME\nvalue')).to.equal(`${SUCCESS}\n${NOW}\n`);
    expect(await one.send(' one')).to.equal('');
    expect(await one.quiet()).to.equal(MODIFIED);
    expect(content()).to.equal('value one');
  });

  it('may be a line break only', async () => {
    await one.say('LOCK data.txt');
    expect(await one.say('\n')).to.equal(MODIFIED);
    expect(content()).to.equal('\n');
  });

  it('becomes the content at a half-close', async () => {
    await one.say('LOCK data.txt');
    await one.send('value');
    expect(await one.end()).to.equal(MODIFIED);
    expect(content()).to.equal('value');
  });

  it('goes to the file locked last, then to the one before', async () => {
    for (const name of ['a', 'b', 'c', 'a'])
      expect(await one.say(`LOCK ${name}`)).to.equal(SUCCESS);
    for (const text of ['1', '2', '3']) expect(await one.say(text)).to.equal(MODIFIED);
    expect(['a', 'b', 'c'].map(content)).to.deep.equal(['1', '3', '2']);
    expect(await one.say('4')).to.equal(UNKNOWN);
  });

  it('is blocked after a LOCK that was denied, line by line behind it', async () => {
    await other.say('LOCK data.txt');
    expect(await one.say('LOCK data.txt')).to.equal(BLOCKED);
    expect(await one.say('mine')).to.equal(IS_BLOCKED);
    expect(await one.say('mine\n')).to.equal(`${IS_BLOCKED}\n`);
    expect(await one.say('LOCK data.txt\nmine\nmine\n')).to.equal(
      `${BLOCKED}\n${IS_BLOCKED}\n${IS_BLOCKED}\n`,
    );
    expect(content()).to.equal(undefined);
  });

  it('is no longer blocked after a LOCK that was granted', async () => {
    await other.say('LOCK data.txt');
    await one.say('LOCK data.txt');
    await other.say('theirs');
    expect(await one.say('LOCK data.txt')).to.equal(SUCCESS);
    expect(await one.say('mine')).to.equal(MODIFIED);
    expect(await one.say('mine')).to.equal(UNKNOWN);
  });

  it('becomes content where one lock is held though the last LOCK was denied', async () => {
    await other.say('LOCK a');
    await one.say('LOCK b');
    expect(await one.say('LOCK a')).to.equal(BLOCKED);
    expect(await one.say('value')).to.equal(MODIFIED);
    expect(content('b')).to.equal('value');
    expect(await one.say('value')).to.equal(IS_BLOCKED);
  });

  it('is blocked after a LOCK that was refused for any other reason', async () => {
    expect(await one.say('LOCK ../x')).to.match(/^ERROR: a name /);
    expect(await one.say('value')).to.equal(IS_BLOCKED);
  });

  it('that is the first counts as such, whatever it was answered', async () => {
    await one.say('LOCK data.txt');
    await one.say('value');
    expect(await one.say('hello')).to.equal(UNKNOWN);
  });

  for (const code of ['FENCED', 'NOTLOCKED'] as const) {
    it(`learns from ${code} that the lock is gone`, async () => {
      await one.say('LOCK data.txt');
      world.scripted.set('PUT', [failure(code, 'it is gone')]);
      expect(await one.say('value')).to.equal('ERROR: it is gone');
      expect(await one.say('value')).to.equal(UNKNOWN);
      expect(one.commands.filter(({ name }) => name === 'PUT')).to.have.length(1);
    });
  }

  for (const code of ['UNAVAILABLE', 'TOOBIG', 'NAME', 'BUSY', 'ERR'] as const) {
    it(`keeps the lock through ${code}`, async () => {
      await one.say('LOCK data.txt');
      world.scripted.set('PUT', [failure(code, 'not now')]);
      expect(await one.say('value')).to.equal('ERROR: not now');
      expect(await one.say('value')).to.equal(MODIFIED);
    });
  }

  it('may have MAX_TEXT_BYTES', async () => {
    one = new Client({ maxTextBytes: 100 }, world);
    await one.say('LOCK data.txt');
    expect(await one.say(...pieces('x'.repeat(100), 7))).to.equal(MODIFIED);
    expect(content()).to.have.length(100);
  });

  it('over MAX_TEXT_BYTES is discarded to its end and refused once; the lock goes on', async () => {
    one = new Client({ maxTextBytes: 100 }, world);
    await one.say('LOCK data.txt');
    expect(await one.send(...pieces('x'.repeat(5_000), 50))).to.equal('');
    expect(await one.quiet()).to.match(
      /^ERROR: .*100 bytes \(MAX_TEXT_BYTES\).*PUT name size.*[^\n]$/,
    );
    expect(content()).to.equal(undefined);
    expect(await one.say('short')).to.equal(MODIFIED);
    expect(content()).to.equal('short');
  });

  it('that nobody needs is not limited', async () => {
    one = new Client({ maxTextBytes: 100 }, world);
    expect(await one.say(...pieces('x'.repeat(5_000), 50))).to.equal(HI);
  });

  it(`can be meant for one of ${MAX_HELD_NAMES} files, and no more are locked`, async () => {
    for (let count = 0; count < MAX_HELD_NAMES; count++) await one.say(`LOCK file${count}`);
    expect(await one.say('LOCK too-many')).to.match(/^ERROR: .* 1000 files.*[^\n]$/);
    expect(await one.say('LOCK too-many\n')).to.match(/^ERROR: .* 1000 files.*\n$/);
    expect(world.locks.has('too-many')).to.equal(false);
    expect(await one.say('LOCK file0')).to.equal(SUCCESS);
    expect(await one.say('value')).to.equal(MODIFIED);
    expect(content('file0')).to.equal('value');
    expect(await one.say('LOCK another')).to.equal(SUCCESS);
  });
});
