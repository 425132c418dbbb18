import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CapturedIo, type Ran, run } from '../../support/captured-io.js';
import { breakingOff, bulk, fileAnswers, sha256, statOf } from '../../support/scripted-file.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CONTENT = Buffer.from([0, 255, 13, 10, 42]);
const TEXT = 'hello world';
const partOf = (content: string): string => `.saved.${sha256(content).slice(0, 16)}.part`;

describe('candado get', () => {
  it('prints the content as it is', async () => {
    await using server = await ScriptedServer.start(fileAnswers(CONTENT));
    const io = new CapturedIo();
    const { code, err } = await run(['get', 'a', '--port', String(server.port)], io);
    expect([code, err]).to.deep.equal([0, '']);
    expect(io.stdout.bytes).to.deep.equal(CONTENT);
  });

  it('asks for a version and a part', async () => {
    await using server = await ScriptedServer.start(fileAnswers(TEXT));
    const argv = ['get', 'a', '--version', '3', '--range', '6:5', '--port', String(server.port)];
    expect(await run(argv)).to.include({ code: 0, out: 'world' });
    expect(server.requests).to.deep.equal(['GET a VERSION 3 RANGE 6 5']);
  });

  it('exits with 7 where the content is damaged', async () => {
    const answers = { STAT: () => statOf(TEXT), GET: () => bulk('hello_world') };
    await using server = await ScriptedServer.start(answers);
    const { code, err } = await run(['get', 'a', '--port', String(server.port)]);
    expect(code).to.equal(7);
    expect(err).to.match(/arrived with sha256/);
  });

  it('exits with 3 where there is no such file or version', async () => {
    await using server = await ScriptedServer.start({ STAT: () => '_\r\n' });
    const port = String(server.port);
    const file = await run(['get', 'a', '--port', port]);
    expect(file.code).to.equal(3);
    expect(file.err).to.match(/no file of the name a/);
    const version = await run(['get', 'a', '--version', '9', '--port', port]);
    expect(version.code).to.equal(3);
    expect(version.err).to.match(/no version 9/);
  });
});

/** Saves to `saved` in a folder that holds what `before` says. */
async function save(
  answers: Readonly<Record<string, Answer>>,
  before: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<Ran & { files: Readonly<Record<string, string>>; requests: readonly string[] }> {
  await using server = await ScriptedServer.start(answers);
  await using folder = await temporaryFolder();
  for (const [name, content] of Object.entries(before)) {
    await writeFile(join(folder.path, name), content);
  }
  const argv = ['get', 'a', join(folder.path, 'saved'), ...more, '--port', String(server.port)];
  const ran = await run(argv);
  const files: Record<string, string> = {};
  for (const name of await readdir(folder.path)) {
    files[name] = await readFile(join(folder.path, name), 'utf8');
  }
  return { ...ran, files, requests: server.requests };
}

describe('candado get: into a file', () => {
  it('saves it, and leaves nothing else behind', async () => {
    const saved = await save(fileAnswers(TEXT), { saved: 'before' });
    expect(saved).to.deep.include({ code: 0, out: '', err: '', files: { saved: TEXT } });
    expect(saved.requests).to.deep.equal(['STAT a', 'GET a VERSION 3']);
  });

  it('saves an empty one', async () => {
    expect(await save(fileAnswers(''), {})).to.deep.include({ code: 0, files: { saved: '' } });
  });

  it('keeps what was there before, and what came, when the content breaks off', async () => {
    const answers = { STAT: () => statOf(TEXT), GET: breakingOff(TEXT, 1, 5) };
    const gone: Answer = (seen) =>
      seen.args[3] === 'RANGE' ? '-UNAVAILABLE the store is away\r\n' : answers.GET(seen);
    const saved = await save({ ...answers, GET: gone }, { saved: 'before' });
    expect(saved.code).to.equal(6);
    expect(saved.err).to.match(/5 B are kept: the same command goes on from there/);
    expect(saved.files).to.deep.equal({ saved: 'before', [partOf(TEXT)]: 'hello' });
  });

  it('fetches only what an earlier attempt has not, and checks it all', async () => {
    const saved = await save(fileAnswers(TEXT), { [partOf(TEXT)]: 'hello' });
    expect(saved).to.deep.include({ code: 0, files: { saved: TEXT } });
    expect(saved.requests).to.deep.equal(['STAT a', 'GET a VERSION 3 RANGE 5 6']);
    expect(saved.err).to.match(/5 B of 11 B are here from an earlier attempt/);
  });

  it('has nothing to fetch where all is here but its name', async () => {
    const saved = await save(fileAnswers(TEXT), { [partOf(TEXT)]: TEXT });
    expect(saved).to.deep.include({ code: 0, files: { saved: TEXT } });
  });

  for (const [how, part] of [
    ['is damaged', 'HELLO'],
    ['is longer than the content', `${TEXT} and more`],
  ] as const) {
    it(`throws a part away that ${how}, and fetches all`, async () => {
      const saved = await save(fileAnswers(TEXT), { [partOf(TEXT)]: part });
      expect(saved).to.deep.include({ code: 0, files: { saved: TEXT } });
      expect(saved.requests.at(-1)).to.equal('GET a VERSION 3');
    });
  }

  it('says that the part was damaged', async () => {
    const { err } = await save(fileAnswers(TEXT), { [partOf(TEXT)]: 'HELLO' });
    expect(err).to.match(/\.part was damaged: it was thrown away, and all is fetched anew/);
  });

  it('throws a part of another version away', async () => {
    const before = { [partOf('another content')]: 'anoth', '.saved.mine.part': 'x' };
    const saved = await save(fileAnswers(TEXT), before);
    expect(saved.files).to.deep.equal({ saved: TEXT, '.saved.mine.part': 'x' });
    expect(saved.err).to.match(/another version of a was thrown away/);
  });

  it('keeps nothing of a content that is damaged', async () => {
    const answers = { STAT: () => statOf(TEXT), GET: () => bulk('hello_world') };
    const saved = await save(answers, { saved: 'before' });
    expect(saved).to.deep.include({ code: 7, files: { saved: 'before' } });
  });

  it('saves a part of a content, too', async () => {
    const saved = await save(fileAnswers(TEXT), {}, ['--range', '6:5']);
    expect(saved).to.deep.include({ code: 0, files: { saved: 'world' } });
  });

  it('takes --output for the same, but not both', async () => {
    await using server = await ScriptedServer.start(fileAnswers(TEXT));
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'saved');
    const port = String(server.port);
    expect(await run(['get', 'a', '-o', path, '--port', port])).to.include({ code: 0, out: '' });
    expect(await readFile(path, 'utf8')).to.equal(TEXT);
    expect((await run(['get', 'a', path, '-o', path, '--port', port])).code).to.equal(2);
  });

  it('replaces what a link leads to, and not the link', async () => {
    await using server = await ScriptedServer.start(fileAnswers(TEXT));
    await using folder = await temporaryFolder();
    const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
    await writeFile(real, 'before');
    await symlink(real, link);
    expect((await run(['get', 'a', link, '--port', String(server.port)])).code).to.equal(0);
    expect(await readFile(real, 'utf8')).to.equal(TEXT);
  });

  it('passes bytes to a device, and does not replace it', async () => {
    await using server = await ScriptedServer.start(fileAnswers(TEXT));
    const argv = ['get', 'a', '/dev/null', '--port', String(server.port)];
    expect(await run(argv)).to.include({ code: 0, err: '' });
    expect(await readFile('/dev/null', 'utf8')).to.equal('');
  });

  it('names the folder that is not there, and the one that is no file', async () => {
    await using server = await ScriptedServer.start(fileAnswers(TEXT));
    await using folder = await temporaryFolder();
    const port = String(server.port);
    const none = await run(['get', 'a', join(folder.path, 'none', 'saved'), '--port', port]);
    expect(none.code).to.equal(1);
    expect(none.err).to.match(/none: there is no such file or folder here/);
    await mkdir(join(folder.path, 'some'));
    const some = await run(['get', 'a', join(folder.path, 'some'), '--port', port]);
    expect(some.code).to.equal(2);
    expect(some.err).to.match(/some is a folder: name a file in it/);
  });
});
