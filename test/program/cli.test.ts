import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type CandadoClient, connect } from 'candado/client';
import { expect } from 'chai';
import { SETTING_LIST } from '../../src/config/reference.js';
import {
  CandadoProcess,
  candado,
  type Ended,
  PACKAGE_FOLDER,
  type ProcessWish,
} from '../support/candado-process.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A command that tells that it runs, goes on until its input ends, and exits with 7. */
const UNTIL_END_OF_INPUT = [
  process.execPath,
  '-e',
  'console.log("running"); process.stdin.resume().on("end", () => process.exit(7))',
];

describe('The candado command', () => {
  let server: RunningServer;
  let client: CandadoClient;

  before(async () => {
    server = await startServer({ TEXT_PROFILE: '1.2' });
    client = await connect({ port: server.port });
  });

  after(async () => {
    await client.close();
    await server.stop();
  });

  const at = (): { readonly env: Record<string, string> } => ({
    env: { CANDADO_PORT: String(server.port) },
  });
  const run = (args: readonly string[], wish: ProcessWish = {}): Promise<Ended> =>
    candado(args, { ...at(), ...wish });

  describe('with files', () => {
    it('puts a file and prints it, byte for byte', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'here.txt');
      const content = 'first line\nsecond line without an end';
      await writeFile(path, content);
      expect(await run(['put', 'files/a.txt', path])).to.deep.equal({
        code: 0,
        out: 'files/a.txt is at version 1 now\n',
        err: '',
      });
      const printed = await run(['get', 'files/a.txt']);
      expect(printed).to.deep.equal({ code: 0, out: content, err: '' });
    });

    it('puts what comes through a pipe, and gets the version asked for', async () => {
      await client.put('piped.txt', 'one', { version: 0 });
      await run(['put', 'piped.txt', '-'], { input: 'two' });
      expect((await run(['get', 'piped.txt'])).out).to.equal('two');
      expect((await run(['get', 'piped.txt', '--version', '1'])).out).to.equal('one');
      expect((await run(['get', 'piped.txt', '--range', '1:2'])).out).to.equal('wo');
    });

    it('saves a content that is no text', async () => {
      await using folder = await temporaryFolder();
      const content = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256));
      await run(['put', 'bytes.bin'], { input: content });
      const path = join(folder.path, 'saved.bin');
      expect(await run(['get', 'bytes.bin', '-o', path])).to.include({ code: 0, out: '' });
      expect((await readFile(path)).equals(content)).to.equal(true);
    });

    it('leaves a local file alone where the server has none, and exits with 3', async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'mine.txt');
      await writeFile(path, 'mine');
      const { code, err } = await run(['get', 'none.txt', '-o', path]);
      expect(code).to.equal(3);
      expect(err).to.match(/no file of the name none\.txt/);
      expect(await readFile(path, 'utf8')).to.equal('mine');
    });

    it('publishes on a version only, and exits with 5 where another is current', async () => {
      await client.put('versioned.txt', 'one', { version: 0 });
      const { code, err } = await run(['put', 'versioned.txt', '--if-version', '0'], {
        input: 'two',
      });
      expect(code).to.equal(5);
      expect(err).to.match(/candado ls -l/);
      expect((await run(['get', 'versioned.txt'])).out).to.equal('one');
    });

    it('lists names, and all about them', async () => {
      await client.put('listed/a.txt', '12345', { version: 0 });
      await client.put('listed/b.txt', '', { version: 0 });
      expect((await run(['ls', 'listed/*'])).out).to.equal('listed/a.txt\nlisted/b.txt\n');
      const [title, first, second, ...more] = (await run(['ls', '-l', 'listed/*'])).out
        .trimEnd()
        .split('\n');
      expect(title).to.match(/^ *SIZE +VERSION +MODIFIED +LOCK +NAME$/);
      expect(first).to.match(/^ *5 +1 +\d{4}-\d\d-\d\d.* free +listed\/a\.txt$/);
      expect(second).to.match(/^ *0 +1 +\d{4}-\d\d-\d\d.* free +listed\/b\.txt$/);
      expect(more).to.deep.equal([]);
    });
  });

  describe('with locks', () => {
    it('exits as the command it runs, which knows its lock', async () => {
      const script =
        'console.log(process.env.CANDADO_LOCK_NAME, process.env.CANDADO_PORT); process.exit(42)';
      const ran = await run(['lock', 'job', '--', process.execPath, '-e', script]);
      expect(ran).to.deep.equal({ code: 42, out: `job ${server.port}\n`, err: '' });
    });

    it('exits with 127 where there is no such command', async () => {
      const { code, err } = await run(['lock', 'job', '--', 'no-such-command-anywhere']);
      expect(code).to.equal(127);
      expect(err).to.match(/no-such-command-anywhere cannot be run/);
    });

    it('lets a second command wait for the first', async () => {
      await using first = CandadoProcess.start(
        ['lock', 'queue', '--', ...UNTIL_END_OF_INPUT],
        at(),
      );
      await first.until(({ out }) => out.includes('running'));
      expect((await run(['lock', 'queue', '--', 'true'])).code).to.equal(4);

      await using second = CandadoProcess.start(
        ['lock', 'queue', '--wait', '15000', '--', process.execPath, '-p', '"its turn"'],
        at(),
      );
      while ((await client.locks('queue'))[0]?.waiting !== 1);
      expect(second.out).to.equal('');
      first.endInput();
      expect((await first.ended).code).to.equal(7);
      expect(await second.ended).to.deep.equal({ code: 0, out: 'its turn\n', err: '' });
    });

    it('holds a lock until its input ends, and tells who holds it', async () => {
      await using holder = CandadoProcess.start(['lock', 'held'], at());
      await holder.until(({ out }) => out.includes('held is locked'));

      const table = (await run(['locks', 'held'])).out.trimEnd().split('\n');
      expect(table).to.have.length(2);
      expect(table[1]).to.match(/^held +exclusive +\S+@\S+ +127\.0\.0\.1:\d+ /);
      const json = JSON.parse((await run(['locks', 'held', '--json'])).out) as unknown;
      expect(json).to.include({ name: 'held', mode: 'exclusive', waiting: 0 });
      const told = await run(['unlock', 'held']);
      expect(told.code).to.equal(4);
      expect(told.err).to.match(/held is held by \S+@\S+/);

      holder.endInput();
      expect((await holder.ended).code).to.equal(0);
      expect((await run(['locks', 'held', '--json'])).out).to.equal('');
      expect((await run(['unlock', 'held'])).code).to.equal(0);
    });

    it('unlocks on Ctrl-C', async () => {
      await using holder = CandadoProcess.start(['lock', 'interrupted'], at());
      await holder.until(({ out }) => out.includes('interrupted is locked'));
      holder.signal('SIGINT');
      expect((await holder.ended).code).to.equal(0);
      expect((await run(['put', 'interrupted'], { input: 'x' })).code).to.equal(0);
    });
  });

  describe('with the exercises of the practice', () => {
    it('asks for the time 500 times and says how far this clock is off', async () => {
      const { code, out } = await run(['time', '--count', '500', '--json']);
      expect(code).to.equal(0);
      const told = JSON.parse(out) as Readonly<Record<string, number>>;
      expect(told['count']).to.equal(500);
      expect(told['seconds']).to.be.above(0);
      // One clock on both sides: only the bound may part them.
      expect(Math.abs(told['offsetMicros'] ?? Number.NaN)).to.be.at.most(
        told['boundMicros'] ?? Number.NaN,
      );
      expect(told['meanDifferenceMicros']).to.be.within(-1_000_000, 0);
    });

    it('greets in pieces of 20 bytes', async () => {
      const { code, out } = await run(['hello', '--mtu', '20', '--json']);
      expect(code).to.equal(0);
      expect(JSON.parse(out)).to.deep.equal({
        reply: 'Hello Client, this is a long message that you will received in chunks of 20 bytes',
        sentPieces: 3,
        receivedPieces: 5,
        mtu: 20,
      });
    });
  });

  it('says what to do where nobody listens, and exits with 6', async () => {
    const port = await freePort();
    const { code, out, err } = await candado(['get', 'a', '--port', String(port)]);
    expect([code, out]).to.deep.equal([6, '']);
    expect(err).to.equal(
      `candado: nothing listens on 127.0.0.1:${port}: ` +
        'start one with `candado serve`, or name another with --host and --port\n',
    );
  });

  for (const [shell, sign] of [
    ['bash', /^complete .* candado$/m],
    ['zsh', /^#compdef candado$/m],
  ] as const) {
    it(`prints a script that completes its words in ${shell}`, async () => {
      const { code, out } = await candado(['completion'], { env: { SHELL: `/bin/${shell}` } });
      expect(code).to.equal(0);
      expect(out).to.match(sign);
    });
  }

  it('says which Node.js it needs where that is too old', async () => {
    const pretend =
      'data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.1.0" } })';
    await using ran = new CandadoProcess(['--import', pretend, 'dist/src/main.js', 'time'], {
      input: '',
    });
    const { code, err } = await ran.ended;
    expect(code).to.equal(1);
    expect(err).to.match(/needs Node\.js 26 or newer/);
  });
});

describe('candado serve', () => {
  it('lists every setting in its help', async () => {
    const { code, out } = await candado(['serve', '--help']);
    expect(code).to.equal(0);
    const listed = [...out.matchAll(/^ +--([a-z-]+) /gm)].map(([, flag]) => flag);
    expect(listed).to.include.members(SETTING_LIST.map(({ flag }) => flag));
  });

  it('names every wrong setting at once, and exits with 2', async () => {
    const { code, out, err } = await candado(['serve', '--log-level', 'loud', '--prot', '1'], {
      env: { PORT: 'x', PROXY_PROTOCOL: 'v2', KEEP_VERSIONS: '0', TRUSTED_PROXIES: '' },
    });
    expect([code, out]).to.deep.equal([2, '']);
    const [first, ...problems] = err.trimEnd().split('\n');
    expect(first).to.equal('candado: wrong configuration (5):');
    expect(problems.map((line) => line.trim().split(':')[0])).to.have.members([
      'PORT',
      '--log-level',
      '--prot',
      'KEEP_VERSIONS',
      'TRUSTED_PROXIES',
    ]);
    for (const line of problems) expect(line).to.match(/; allowed: .+; example: .+/);
  });

  describe('where a port is taken', () => {
    const taken = createServer();

    before(async () => {
      await once(taken.listen(0, '127.0.0.1'), 'listening');
    });

    after(() => {
      taken.close();
    });

    for (const [variable, other] of [
      ['PORT', 'HTTP_PORT'],
      ['HTTP_PORT', 'PORT'],
    ] as const) {
      it(`says which and what to do (${variable})`, async () => {
        await using folder = await temporaryFolder();
        const { port } = taken.address() as AddressInfo;
        const env = { [variable]: String(port), [other]: '0', FILES_ROOT: folder.path };
        const { code, err } = await candado(['serve'], { env });
        expect(code).to.equal(1);
        expect(err).to.match(new RegExp(`^candado: .*:${port}: .*--port or --http-port$`, 'm'));
      });
    }
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with 0 on ${signal}`, async () => {
      const server = await startServer({});
      process.kill(server.pid, signal);
      expect(await server.exited).to.equal(0);
      expect(server.log.at(-1)).to.include('server.stopped');
      await server.stop();
    });
  }

  it('shows, as npm start runs it, three ways to talk to it, which work', async () => {
    const manifest = JSON.parse(await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const [node, ...args] = manifest.scripts['start']?.split(' ') ?? [];
    expect(node).to.equal('node');

    await using folder = await temporaryFolder();
    const env = { PORT: '0', HTTP_PORT: '0', FILES_ROOT: folder.path, LOG_FORMAT: '' };
    await using server = new CandadoProcess(args, { env });
    await server.until(({ err }) => err.split('\n').length > 3);
    const [redis = '', text = '', own = '', ...more] = server.err.split('\n');
    expect(more).to.deep.equal(['']);
    const port = /redis-cli -h 127\.0\.0\.1 -p (\d+)/.exec(redis)?.[1];
    expect(text).to.include(`nc 127.0.0.1 ${port}`);
    const command = /echo (\w+) \| npx candado (.*)$/.exec(own);
    const put = await candado(command?.[2]?.split(' ') ?? [], { input: `${command?.[1]}\n` });
    expect(put).to.deep.equal({ code: 0, out: 'notes.txt is at version 1 now\n', err: '' });
    server.signal('SIGTERM');
    expect((await server.ended).code).to.equal(0);
    // The plain file follows the reply; before the server ends it is there.
    expect(await readFile(join(folder.path, 'notes.txt'), 'utf8')).to.equal('hello\n');
  });
});

describe('The package', () => {
  let server: RunningServer;

  before(async () => {
    server = await startServer({});
  });

  after(() => server.stop());

  it('gives its client to who imports candado/client', async () => {
    await using client = await connect({ port: server.port });
    await using lock = await client.lock('a');
    expect(await lock.put('x')).to.equal(1);
  });

  it("has an example in the client's page that works", async () => {
    const page = await readFile(join(PACKAGE_FOLDER, 'docs/client.md'), 'utf8');
    const example = /```ts\n(.*?)```/s.exec(page)?.[1]?.replace('6780', String(server.port));
    for (const expected of ['1', '2']) {
      await using ran = new CandadoProcess(['--input-type=module', '-'], { input: example ?? '' });
      expect(await ran.ended).to.deep.equal({ code: 0, out: '', err: '' });
      await using client = await connect({ port: server.port });
      expect(String(await client.get('counter.txt'))).to.equal(expected);
    }
  });
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
