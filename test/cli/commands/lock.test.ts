import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { grant, push, SessionScript } from '../../support/session-script.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const LOCK: Answer = () => '*3\r\n:7\r\n:4\r\n:30000\r\n';
const UNLOCK: Answer = () => '+OK\r\n';

/** A program that never ends by itself. */
const ENDLESS = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];

describe('candado lock', () => {
  it('runs a command under the lock and exits as it does', async () => {
    await using server = await ScriptedServer.start({ LOCK, UNLOCK });
    const command = [process.execPath, '-e', 'process.exit(23)'];
    const argv = ['lock', 'a', '--shared', '--wait', '9', '--port', String(server.port)];
    expect(await run([...argv, '--', ...command])).to.include({ code: 23, out: '', err: '' });
    expect(server.requests).to.deep.equal(['LOCK a SHARED WAIT 9', 'UNLOCK a']);
  });

  it('leaves the options of the command alone and tells it of its lock', async () => {
    await using server = await ScriptedServer.start({ LOCK, UNLOCK });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'told');
    const script =
      'const e = process.env; require("fs").writeFileSync(process.argv[1], ' +
      '[e.CANDADO_LOCK_NAME, e.CANDADO_LOCK_TOKEN, e.CANDADO_LOCK_VERSION, ...process.argv.slice(2)].join())';
    const command = [process.execPath, '-e', script, '--', path, '--wait', '007', '--help'];
    const { code } = await run(['lock', 'a', '--port', String(server.port), '--', ...command]);
    expect(code).to.equal(0);
    expect(await readFile(path, 'utf8')).to.equal('a,7,4,--wait,007,--help');
  });

  it('takes several locks together, and tells the command of all', async () => {
    const MLOCK: Answer = () => `*2\r\n${grant(7, 4)}${grant(9, 0)}`;
    await using server = await ScriptedServer.start({ MLOCK, UNLOCK });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'told');
    const script =
      'const e = process.env; require("fs").writeFileSync(process.argv[1], JSON.stringify(' +
      '[e.CANDADO_LOCK_NAME, e.CANDADO_LOCK_TOKEN, e.CANDADO_LOCK_VERSION]))';
    const argv = ['lock', 'a', 'b', '--note', 'moving', '--port', String(server.port)];
    const { code } = await run([...argv, '--', process.execPath, '-e', script, '--', path]);
    expect(code).to.equal(0);
    expect(JSON.parse(await readFile(path, 'utf8'))).to.deep.equal(['a\nb', '7\n9', '4\n0']);
    const asked = ['MLOCK 2 a b NOTE moving', 'UNLOCK a', 'UNLOCK b'];
    expect(server.requests).to.deep.equal(asked);
  });

  it('shows each of several locks that it holds', async () => {
    const MLOCK: Answer = () => `*2\r\n${grant(7, 4)}${grant(9, 0)}`;
    await using server = await ScriptedServer.start({ MLOCK, UNLOCK });
    const io = new CapturedIo();
    const ran = run(['lock', 'a', 'b', '--port', String(server.port)], io);
    await io.stdout.includes('b is locked: token 9, version 0');
    expect(io.stdout.text).to.include('a is locked: token 7, version 4');
    io.signal('SIGINT');
    expect((await ran).code).to.equal(0);
  });

  it('exits with 4, and says what to do, where waiting would never end', async () => {
    await using server = await ScriptedServer.start({ LOCK: () => '-DEADLOCK a circle\r\n' });
    const { code, err } = await run(['lock', 'a', '--wait', '5', '--port', String(server.port)]);
    expect(code).to.equal(4);
    expect(err).to.match(/a circle\n.*take all together/);
  });

  for (const tty of [true, false]) {
    it(`${tty ? 'tells a person' : 'does not tell a program'} where it stands in line`, async () => {
      const queued = push('lock', 'queued', 'a', 2, 'ada', 'night\u001b[2Jly');
      await using server = await ScriptedServer.start({ LOCK: () => queued + grant(), UNLOCK });
      const io = new CapturedIo({ tty });
      const command = [process.execPath, '-e', ''];
      await run(['lock', 'a', '--wait', '5', '--port', String(server.port), '--', ...command], io);
      const line = 'waiting for a: number 2 in line, held by ada ("nightly")\n';
      expect(io.stderr.text).to.equal(tty ? line : '');
    });
  }

  it('goes on through a lost connection', async () => {
    const session = new SessionScript();
    session.kept = { a: 7 };
    await using server = await ScriptedServer.start({ ...session.answers });
    const io = new CapturedIo();
    const ran = run(['lock', 'a', '--port', String(server.port)], io);
    await io.stdout.includes('token 7');
    server.cut();
    await server.request('RESUME');
    io.signal('SIGINT');
    expect((await ran).code).to.equal(0);
    expect(server.requests).to.deep.equal(['LOCK a', 'RESUME s1 x', 'UNLOCK a', 'QUIT']);
  });

  it('stops the command when the lock is lost', async () => {
    await using server = await ScriptedServer.start({ LOCK });
    const ran = run(['lock', 'a', '--port', String(server.port), '--', ...ENDLESS]);
    await server.request('LOCK');
    server.cut();
    const { code, err } = await ran;
    expect(code).to.equal(5);
    expect(err).to.match(/the lock on a was lost/);
  });

  it('passes SIGTERM on to the command and reports it as shells do', async () => {
    await using server = await ScriptedServer.start({ LOCK, UNLOCK });
    const io = new CapturedIo();
    const script =
      'require("net").connect(process.env.CANDADO_PORT, "127.0.0.1")' +
      '.write("*1\\r\\n$5\\r\\nREADY\\r\\n"); setInterval(() => {}, 1000)';
    const command = [process.execPath, '-e', script];
    const ran = run(['lock', 'a', '--port', String(server.port), '--', ...command], io);
    await server.request('READY');
    io.signal('SIGINT');
    io.signal('SIGTERM');
    expect((await ran).code).to.equal(143);
    expect(server.requests.at(-1)).to.equal('UNLOCK a');
  });

  it('says which command cannot be run', async () => {
    await using server = await ScriptedServer.start({ LOCK, UNLOCK });
    const { code, err } = await run([
      'lock',
      'a',
      '--port',
      String(server.port),
      '--',
      'no-such-x',
    ]);
    expect(code).to.equal(127);
    expect(err).to.match(/no-such-x cannot be run/);
    expect(server.requests.at(-1)).to.equal('UNLOCK a');
  });

  for (const [what, end] of [
    ['the end of input', (io: CapturedIo) => io.stdin.end()],
    ['Ctrl-C', (io: CapturedIo) => io.signal('SIGINT')],
  ] as const) {
    it(`without a command holds the lock until ${what}`, async () => {
      await using server = await ScriptedServer.start({ LOCK, UNLOCK });
      const io = new CapturedIo();
      const ran = run(['lock', 'a', '--port', String(server.port)], io);
      await io.stdout.includes('token 7, version 4');
      expect(server.requests).to.deep.equal(['LOCK a']);
      end(io);
      expect((await ran).code).to.equal(0);
      expect(server.requests).to.deep.equal(['LOCK a', 'UNLOCK a']);
      expect(io.listenerCount('SIGINT')).to.equal(0);
    });
  }

  it('exits when the lock it holds is lost', async () => {
    await using server = await ScriptedServer.start({ LOCK });
    const io = new CapturedIo();
    const ran = run(['lock', 'a', '--port', String(server.port)], io);
    await io.stdout.includes('token 7');
    server.cut();
    expect((await ran).code).to.equal(5);
  });

  it('renews a lease of its own length from here', async () => {
    await using server = await ScriptedServer.start({
      LOCK: () => '*3\r\n:7\r\n:4\r\n:30\r\n',
      RENEW: () => ':30\r\n',
      UNLOCK,
    });
    const io = new CapturedIo();
    const ran = run(['lock', 'a', '--ttl', '30', '--port', String(server.port)], io);
    await server.request('RENEW', 2);
    io.signal('SIGINT');
    expect((await ran).code).to.equal(0);
    expect(server.requests.slice(0, 2)).to.deep.equal(['LOCK a TTL 30', 'RENEW a TTL 30']);
  });

  it('ends its wait on Ctrl-C, holding nothing', async () => {
    await using server = await ScriptedServer.start({ LOCK: () => undefined });
    const io = new CapturedIo();
    const ran = run(['lock', 'a', '--wait', '60000', '--port', String(server.port)], io);
    await server.request('LOCK');
    io.signal('SIGINT');
    const { code, err } = await ran;
    expect(code).to.equal(130);
    expect(err).to.match(/nothing is locked/);
  });
});
