import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { sha256 } from '../../support/scripted-file.js';
import { ScriptedServer } from '../../support/scripted-server.js';
import { cutOnce } from '../../support/session-script.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const ANSWERS = {
  LOCK: () => '*3\r\n:1\r\n:4\r\n:30000\r\n',
  PUT: () => ':5\r\n',
  UNLOCK: () => '+OK\r\n',
};

describe('candado put', () => {
  it('locks, publishes a file, and so unlocks', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'source');
    await writeFile(path, 'hello');
    const { code, out } = await run([
      'put',
      'a',
      path,
      '--wait',
      '50',
      '--port',
      String(server.port),
    ]);
    expect([code, out]).to.deep.equal([0, 'a is at version 5 now\n']);
    expect(server.requests).to.deep.equal([
      'LOCK a WAIT 50',
      `PUT a hello SHA256 ${sha256('hello')} ID #1`,
    ]);
  });

  for (const [how, argv] of [
    ['without a file', ['put', 'a']],
    ['with -', ['put', 'a', '-']],
  ] as const) {
    it(`takes standard input ${how}`, async () => {
      await using server = await ScriptedServer.start(ANSWERS);
      const io = new CapturedIo();
      io.stdin.end('from a pipe');
      const { code } = await run([...argv, '--port', String(server.port)], io);
      expect(code).to.equal(0);
      expect(server.requests).to.deep.equal([
        'LOCK a',
        `PUT a from a pipe SHA256 ${sha256('from a pipe')} ID #1`,
      ]);
    });
  }

  it('publishes nothing at all as an empty file', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const io = new CapturedIo();
    io.stdin.end();
    await run(['put', 'a', '--port', String(server.port)], io);
    expect(server.requests.at(-1)).to.equal(`PUT a  SHA256 ${sha256('')} ID #1`);
  });

  it('sends a file again, from its start, when the connection breaks', async () => {
    await using server = await ScriptedServer.start({ ...ANSWERS, PUT: cutOnce(() => ':5\r\n') });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'source');
    await writeFile(path, 'hello');
    const argv = ['put', 'a', path, '--if-version', '4', '--port', String(server.port)];
    expect(await run(argv)).to.include({ code: 0, out: 'a is at version 5 now\n' });
    const put = `PUT a hello SHA256 ${sha256('hello')} VERSION 4 ID #1`;
    expect(server.requests).to.deep.equal([put, put]);
  });

  it('does without a lock for a named version', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const io = new CapturedIo();
    io.stdin.end('x');
    await run(['put', 'a', '--if-version', '0', '--port', String(server.port)], io);
    expect(server.requests).to.deep.equal([`PUT a x SHA256 ${sha256('x')} VERSION 0 ID #1`]);
  });

  it('sends nothing where somebody else holds it', async () => {
    await using server = await ScriptedServer.start({ LOCK: () => '-LOCKED by ada\r\n' });
    const io = new CapturedIo();
    io.stdin.end('x');
    const { code, err } = await run(['put', 'a', '--port', String(server.port)], io);
    expect(code).to.equal(4);
    expect(err).to.match(/by ada\n {2}wait for it with --wait/);
    expect(server.requests).to.deep.equal(['LOCK a']);
  });

  it('unlocks when its content is refused', async () => {
    await using server = await ScriptedServer.start({ ...ANSWERS, PUT: () => '-TOOBIG no\r\n' });
    const io = new CapturedIo();
    io.stdin.end('x');
    expect((await run(['put', 'a', '--port', String(server.port)], io)).code).to.equal(1);
    expect(server.requests.at(-1)).to.equal('UNLOCK a');
  });

  it('sends a checksum that is known as it is, and exits with 7 where it is another', async () => {
    const PUT = (): string => '-CHECKSUM the content is another one\r\n';
    await using server = await ScriptedServer.start({ ...ANSWERS, PUT });
    const known = sha256('y');
    const put = async (hex: string): Promise<number> => {
      const io = new CapturedIo();
      io.stdin.end('x');
      return (await run(['put', 'a', '--sha256', hex, '--port', String(server.port)], io)).code;
    };
    expect(await put(known)).to.equal(7);
    expect(server.requests).to.deep.equal(['LOCK a', `PUT a x SHA256 ${known} ID #1`, 'UNLOCK a']);
    expect(await put('abc')).to.equal(2);
  });

  it('does not even connect for a file that is not here', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const { code, err } = await run(['put', 'a', '/nowhere/x', '--port', String(server.port)]);
    expect(code).to.equal(1);
    expect(err).to.match(/\/nowhere\/x: there is no such file/);
    expect(server.connections).to.equal(0);
  });
});
