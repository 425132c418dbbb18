import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CONTENT = Buffer.from([0, 255, 13, 10, 42]);
const bulk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
const GET: Answer = () => bulk(CONTENT);

describe('candado get', () => {
  it('prints the content as it is', async () => {
    await using server = await ScriptedServer.start({ GET });
    const io = new CapturedIo();
    const { code, err } = await run(['get', 'a', '--port', String(server.port)], io);
    expect([code, err]).to.deep.equal([0, '']);
    expect(io.stdout.bytes).to.deep.equal(CONTENT);
  });

  it('asks for a version and a part', async () => {
    await using server = await ScriptedServer.start({ GET });
    const argv = ['get', 'a', '--version', '3', '--range', '10:5', '--port', String(server.port)];
    expect((await run(argv)).code).to.equal(0);
    expect(server.requests).to.deep.equal(['GET a VERSION 3 RANGE 10 5']);
  });

  it('saves a file, and leaves nothing else behind', async () => {
    await using server = await ScriptedServer.start({ GET });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'saved');
    const { code, out } = await run(['get', 'a', '-o', path, '--port', String(server.port)]);
    expect([code, out]).to.deep.equal([0, '']);
    expect(await readFile(path)).to.deep.equal(CONTENT);
    expect(await readdir(folder.path)).to.deep.equal(['saved']);
  });

  it('keeps what was there before when the content breaks off', async () => {
    await using server = await ScriptedServer.start({
      GET: ({ socket }) => {
        socket.end('$100\r\nonly this much');
        return undefined;
      },
    });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'saved');
    await writeFile(path, 'before');
    const { code } = await run(['get', 'a', '-o', path, '--port', String(server.port)]);
    expect(code).to.equal(6);
    expect(await readFile(path, 'utf8')).to.equal('before');
    expect(await readdir(folder.path)).to.deep.equal(['saved']);
  });

  it('exits with 3 where there is no such file or version', async () => {
    await using server = await ScriptedServer.start({ GET: () => '_\r\n' });
    const port = String(server.port);
    const file = await run(['get', 'a', '--port', port]);
    expect(file.code).to.equal(3);
    expect(file.err).to.match(/no file of the name a/);
    const version = await run(['get', 'a', '--version', '9', '--port', port]);
    expect(version.code).to.equal(3);
    expect(version.err).to.match(/no version 9/);
  });

  it('names the folder that is not there', async () => {
    await using server = await ScriptedServer.start({ GET });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'none', 'saved');
    const { code, err } = await run(['get', 'a', '-o', path, '--port', String(server.port)]);
    expect(code).to.equal(1);
    expect(err).to.match(/there is no such file or folder here/);
  });
});
