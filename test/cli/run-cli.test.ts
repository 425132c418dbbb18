import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CapturedIo, run } from '../support/captured-io.js';
import { ScriptedServer } from '../support/scripted-server.js';

const COMMANDS = [
  'serve',
  'ls',
  'get',
  'put',
  'lock',
  'unlock',
  'locks',
  'break',
  'watch',
  'time',
  'hello',
];

describe('candado', () => {
  it('lists its commands and exit codes with --help', async () => {
    const { code, out } = await run(['--help']);
    expect(code).to.equal(0);
    for (const command of COMMANDS) expect(out).to.match(new RegExp(`candado ${command}\\b`));
    expect(out).to.match(/3 +there is no such file/);
  });

  for (const command of COMMANDS) {
    it(`teaches ${command} with --help: a sentence and an example`, async () => {
      const { code, out } = await run([command, '--help']);
      expect(code).to.equal(0);
      expect(out).to.match(new RegExp(`^candado ${command}.*\n\n[A-Z].*\\.\n`));
      expect(out).to.match(/Examples:\n +.*candado /);
    });
  }

  it('tells its version', async () => {
    const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await run(['--version'])).to.include({ code: 0, out: `${version}\n` });
  });

  const WRONG: readonly (readonly [argv: string[], message: RegExp])[] = [
    [[], /which command/],
    [['gte', 'a'], /Did you mean get/],
    [['nonsense'], /nonsense/],
    [['get'], /name/],
    [['put', 'a', ''], /file must not be empty/],
    [['put', 'a', '--', 'b'], /only `lock` takes/],
    [['time', '-'], /Unknown argument: -/],
    [['lock'], /candado lock <names\.\.>/],
    [['lock', 'a', ''], /names must not be empty/],
    [['break'], /name/],
    [['watch', ''], /patterns must not be empty/],
    [['get', ''], /name must not be empty/],
    [['get', 'a', 'b', 'c'], /c/],
    [['get', 'a', 'b', '-o', 'c'], /FILE and --output/],
    [['restore', 'a'], /restore <name> <version>/],
    [['restore', 'a', 'x'], /VERSION takes a whole number from 1/],
    [['restore', 'a', '1', '--wait', '5', '--if-version', '3'], /choose/],
    [['history', 'a', '--count', '0'], /--count takes a whole number from 1/],
    [['diff', 'a', '0'], /VERSION takes a whole number from 1/],
    [['put', 'a', '--sha256', 'abc'], /64 hexadecimal digits/],
    [['get', 'a', '--nonsense'], /nonsense/],
    [['get', 'a', '--range', '5'], /OFFSET:LENGTH/],
    [['get', 'a', '--version', 'x'], /--version takes a whole number from 1/],
    [['time', '--count', '0'], /--count takes a whole number from 1/],
    [['time', '--count', '1', '--count', '0'], /--count takes .*not "0"/],
    [['time', '--port', '70000'], /--port takes a whole number from 1 to 65535/],
    [['time', '--port'], /port/],
    [['put', 'a', '--wait', '5', '--if-version', '3'], /choose/],
    [['hello', '*1'], /must not/],
  ];
  for (const [argv, message] of WRONG) {
    it(`refuses "candado ${argv.join(' ')}" with exit code 2 and tries nothing`, async () => {
      const { code, out, err } = await run(argv);
      expect(code).to.equal(2);
      expect(err).to.match(message);
      expect(err).to.match(/^candado: .*--help/s);
      expect(out).to.equal('');
    });
  }

  it('names the variable when the environment is wrong', async () => {
    const { code, err } = await run(['time'], new CapturedIo({ env: { CANDADO_PORT: 'x' } }));
    expect(code).to.equal(2);
    expect(err).to.match(/CANDADO_PORT takes a whole number/);
  });

  it('says what to do where nobody listens', async () => {
    const server = await ScriptedServer.start();
    const { port } = server;
    await server.stop();
    const { code, err } = await run(['time', '--port', String(port)]);
    expect(code).to.equal(6);
    expect(err).to.equal(
      `candado: nothing listens on 127.0.0.1:${port}: ` +
        'start one with `candado serve`, or name another with --host and --port\n',
    );
  });

  it('goes where the environment says, and rather where the flags say', async () => {
    await using here = await ScriptedServer.start({ LOCKS: () => '*0\r\n' });
    await using there = await ScriptedServer.start({ LOCKS: () => '*0\r\n' });
    const env = { CANDADO_PORT: String(here.port) };
    await run(['locks'], new CapturedIo({ env }));
    await run(['locks', '--port', String(there.port)], new CapturedIo({ env }));
    expect([here.connections, there.connections]).to.deep.equal([1, 1]);
  });

  it('completes commands and options', async () => {
    const commands = await run(['--get-yargs-completions', 'candado', 'lo']);
    expect(commands.out).to.match(/\block\b[\s\S]*\blocks\b/);
    const options = await run(['--get-yargs-completions', 'candado', 'put', '--']);
    expect(options.out).to.match(/--if-version/);
  });

  it('prints a completion script that asks candado itself', async () => {
    const { code, out } = await run(['completion']);
    expect(code).to.equal(0);
    expect(out).to.match(/candado --get-yargs-completions/);
  });
});
