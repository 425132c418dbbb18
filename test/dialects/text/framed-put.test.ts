import { expect } from 'chai';
import { failure } from '../../../src/commands/reply.js';
import { UploadAborted } from '../../../src/commands/upload.js';
import { MAX_WHOLE_CONTENT_BYTES } from '../../../src/dialects/text/limits.js';
import { Client, MODIFIED, NOW, pieces, SUCCESS, World } from './harness.js';

const HI = 'Hi TCP Client';

/** [T-6] */
describe('A framed PUT', () => {
  let world: World;
  let one: Client;
  const content = (name = 'data.txt'): string | undefined => world.files.get(name)?.toString();
  const lastPut = (): unknown => one.commands.findLast(({ name }) => name === 'PUT');

  beforeEach(async () => {
    world = new World();
    one = new Client({}, world);
    expect(await one.send('LOCK data.txt\n')).to.equal(`${SUCCESS}\n`);
  });

  it('is answered like free text: at once, without a line break', async () => {
    expect(await one.send('PUT data.txt 5\nhello')).to.equal(MODIFIED);
    expect(content()).to.equal('hello');
    expect(one.dialect.quietMs).to.equal(0);
    expect(world.locks.size).to.equal(0);
    expect(await one.say('hello')).to.equal(HI);
  });

  it('hands a content that is here on as an argument', async () => {
    await one.send('PUT data.txt 5\r\nhello');
    expect(lastPut()).to.deep.include({ args: [Buffer.from('data.txt'), Buffer.from('hello')] });
    expect(lastPut()).to.not.have.property('upload');
  });

  it('streams a content that is not here yet, or is long', async () => {
    await one.send('PUT data.txt 5\n');
    expect(lastPut()).to.deep.include({ args: [Buffer.from('data.txt')] });
    expect(lastPut()).to.have.property('upload').that.deep.includes({ size: 5, hasTail: false });
    expect(one.dialect.uploading).to.not.equal(undefined);
    expect(await one.send('hel', 'lo')).to.equal('');
    expect(one.dialect.uploading).to.equal(undefined);
    expect(await one.settle()).to.equal(MODIFIED);
    expect(content()).to.equal('hello');

    const long = 'x'.repeat(MAX_WHOLE_CONTENT_BYTES + 1);
    await one.send('LOCK data.txt', `PUT data.txt ${long.length}\n${long}`);
    expect(lastPut()).to.have.property('upload').that.includes({ size: long.length });
    expect(await one.settle()).to.equal(MODIFIED);
    expect(content()).to.equal(long);
  });

  it('hands on whole what has just the size for it', async () => {
    const long = 'x'.repeat(MAX_WHOLE_CONTENT_BYTES);
    expect(await one.send(`PUT data.txt ${long.length}\n${long}`)).to.equal(MODIFIED);
    expect(lastPut()).to.not.have.property('upload');
  });

  const request = 'PUT data.txt 26\nTIME\nBYE\n\r\nLOCK x\nPUT y 1\n';
  for (let size = 5; size < request.length + 4; size++) {
    it(`stores its content in reads of ${size} bytes, also one that spells commands`, async () => {
      let answered = await one.send(...pieces(`${request}TIME`, size));
      answered += await one.settle();
      if (one.dialect.quietMs > 0) answered += await one.quiet();
      expect(content()).to.equal('TIME\nBYE\n\r\nLOCK x\nPUT y 1\n');
      expect(answered.startsWith(MODIFIED)).to.equal(true);
      expect(one.commands.map(({ name }) => name).slice(0, 2)).to.deep.equal(['LOCK', 'PUT']);
    });
  }

  it('is followed by the next message', async () => {
    expect(await one.send('PUT data.txt 5\nhelloTIME\nhello\nTIME')).to.equal(
      `${MODIFIED}${NOW}\n${HI}\n${NOW}`,
    );
    await one.send('LOCK data.txt', 'PUT data.txt 5\nhel');
    expect((await one.send('loTIME\nGET data.txt')) + (await one.settle())).to.equal(
      `${MODIFIED}${NOW}\nhello`,
    );
  });

  it('may have a line break behind its content in the same read, which is no message', async () => {
    expect(await one.send('PUT data.txt 5\nhello\n')).to.equal(MODIFIED);
    await one.send('LOCK data.txt', 'PUT data.txt 5\n');
    expect((await one.send('hello\r\n')) + (await one.settle())).to.equal(MODIFIED);
    expect(await one.send('LOCK data.txt', 'PUT data.txt 0\n\nTIME')).to.equal(
      `${SUCCESS}${MODIFIED}${NOW}`,
    );
    expect(one.dialect.bufferedBytes).to.equal(0);
    expect(await one.say('\n')).to.equal(`${HI}\n`);
  });

  it('keeps a line break that arrives apart from its content as a message', () => {
    const { dialect } = one;
    for (const read of ['PUT other.txt 5\nhello', '\nTIME']) dialect.feed(Buffer.from(read), 1);
    const put = dialect.next();
    expect(put).to.have.nested.property('command.name', 'PUT');
    dialect.quiet();
    expect(dialect.next())
      .to.have.nested.property('command.args[1]')
      .deep.equal(Buffer.from('\nTIME'));
  });

  it('may be empty', async () => {
    expect(await one.send('PUT data.txt 0\n')).to.equal(MODIFIED);
    expect(content()).to.equal('');
  });

  it('may have a name with spaces, and be to any of the files that are held', async () => {
    await one.send('LOCK my data.txt\nLOCK c');
    expect(await one.send('PUT my data.txt 2\nhi')).to.equal(MODIFIED);
    expect(content('my data.txt')).to.equal('hi');
    expect(await one.say('to c')).to.equal(MODIFIED);
    expect(content('c')).to.equal('to c');
    expect(await one.say('to data.txt')).to.equal(MODIFIED);
    expect(content()).to.equal('to data.txt');
  });

  it('to a file that is not locked is read to its end and refused', async () => {
    expect(await one.send('PUT other.txt 5\nTIME\nTIME')).to.equal(
      `ERROR: "other.txt" is not locked${NOW}`,
    );
    await one.send('PUT other.txt 8\nTIM');
    expect((await one.send('E\nBYE\nTIME')) + (await one.settle())).to.equal(
      `ERROR: "other.txt" is not locked${NOW}`,
    );
    expect(await one.say('mine')).to.equal(MODIFIED);
    expect(content()).to.equal('mine');
  });

  it('that is fenced ends what is known of the lock; other refusals do not', async () => {
    world.scripted.set('PUT', [failure('UNAVAILABLE', 'away'), failure('FENCED', 'gone')]);
    expect(await one.send('PUT data.txt 1\nx')).to.equal('ERROR: away');
    expect(await one.send('PUT data.txt 1\nx')).to.equal('ERROR: gone');
    expect(await one.say('mine')).to.equal(HI);
  });

  it('may be torn behind its first space', async () => {
    for (const cut of [4, 8, 12, 13, 14]) {
      const bytes = 'PUT data.txt 5\nhello';
      await one.send('LOCK data.txt');
      const sent = await one.send(bytes.slice(0, cut), bytes.slice(cut));
      expect(sent + (await one.settle()), `cut at ${cut}`).to.equal(MODIFIED);
      expect(content()).to.equal('hello');
    }
  });

  it('without its line break in time is free text', async () => {
    expect(await one.send('PUT data.txt 5')).to.equal('');
    expect(await one.quiet()).to.equal(MODIFIED);
    expect(content()).to.equal('PUT data.txt 5');
  });

  for (const line of ['PUT data.txt five', 'PUT data.txt -1', 'PUT data.txt', 'PUT 5', 'PUT ']) {
    it(`spelled "${line}" is refused, with all that comes along`, async () => {
      expect(await one.send(`${line}\nTIME\nBYE\n`, 'TIME\n')).to.equal('');
      expect(await one.quiet()).to.match(/^ERROR: .*name, a space and the size.*[^\n]$/);
      expect(one.writer.closed).to.equal(false);
      expect(content()).to.equal(undefined);
      expect(await one.say('value')).to.equal(MODIFIED);
      expect(content()).to.equal('value');
    });
  }

  it('that is misspelled ends at the silence that followed it already', () => {
    const { dialect } = new Client({}, world);
    dialect.feed(Buffer.from('PUT x y\n'), 1);
    dialect.quiet();
    dialect.feed(Buffer.from('TIME'), 2);
    expect(dialect.next()).to.include({ kind: 'answer', close: false });
    expect(dialect.next()).to.have.nested.property('command.name', 'TIME');
  });

  it('may have MAX_FILE_BYTES', async () => {
    one = new Client({ maxFileBytes: 5 }, world);
    world.locks.clear();
    expect(await one.send('LOCK data.txt', 'PUT data.txt 5\nhello')).to.equal(SUCCESS + MODIFIED);
  });

  for (const size of ['6', '99999999999999999999', '9'.repeat(400)]) {
    it(`of ${size.slice(0, 20)} over MAX_FILE_BYTES is refused and the connection closed`, async () => {
      one = new Client({ maxFileBytes: 5 }, world);
      const answer = await one.send(`PUT data.txt ${size}\nTIME\nTIME\n`);
      expect(answer).to.match(/^ERROR: .* 5 bytes \(MAX_FILE_BYTES\).*[^\n]$/);
      expect(one.writer.closed).to.equal(true);
      one.dialect.feed(Buffer.from('TIME'), 1);
      expect(one.dialect.next()).to.equal(undefined);
      expect(one.dialect.bufferedBytes).to.equal(0);
    });
  }

  it('that breaks off changes nothing', async () => {
    await one.send('PUT data.txt 10\nhello');
    await one.end();
    expect(await one.settle()).to.match(/^ERROR: .*ended before the content was whole/);
    expect(content()).to.equal(undefined);
    expect(one.dialect.uploading).to.equal(undefined);
  });

  it('that breaks off behind a command that is still executed is not begun', async () => {
    const { dialect } = one;
    dialect.feed(Buffer.from('TIME\nPUT data.txt 10\nhello'), 1);
    dialect.next();
    dialect.end();
    expect(dialect.next()).to.deep.include({ kind: 'answer', close: false });
    expect(dialect.next()).to.equal(undefined);
    expect(dialect.uploading).to.equal(undefined);
    expect(dialect.quietMs).to.equal(0);
  });

  it('that is whole at a half-close is stored', async () => {
    const { dialect } = one;
    dialect.feed(Buffer.from('TIME\nPUT data.txt 5\n'), 1);
    dialect.feed(Buffer.from('hello'), 1);
    dialect.next();
    dialect.end();
    expect(dialect.next()).to.have.nested.property('command.name', 'PUT');
  });

  it('whose connection is gone is aborted', async () => {
    await one.send('PUT data.txt 10\nhello');
    one.dialect.abort(new UploadAborted('the connection is gone'));
    expect(await one.settle()).to.equal('ERROR: the connection is gone');
    expect(content()).to.equal(undefined);
  });
});
