import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const AHEAD_MICROS = 3_000_000;

const TIME: Answer = ({ args }) => {
  const t = Number(args[0]) + AHEAD_MICROS;
  return `*3\r\n:${args[0]}\r\n:${t}\r\n:${t}\r\n`;
};

describe('candado time', () => {
  it('tells the time, the offset and its bound', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const { code, out } = await run(['time', '--port', String(server.port)]);
    expect(code).to.equal(0);
    expect(out).to.match(/^server time {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\n/);
    expect(out).to.match(/\noffset +\+(3\.\d{3}|2\.9\d\d) s ± [\d.]+ (µs|ms)\n/);
    expect(server.requests).to.have.length(1);
  });

  it('asks many times one after the other and sums up', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const { code, out } = await run(['time', '--count', '200', '--port', String(server.port)]);
    expect(code).to.equal(0);
    expect(server.requests).to.have.length(200);
    for (const line of [
      /^queries +200$/m,
      /^total +[\d.]+ s$/m,
      /^rate +\d+ queries\/s$/m,
      /^mean difference +\+(2\.9|3\.0)\d\d s/m,
      /^offset +\+(2\.99|3\.00)\d s ± /m,
      /^round trip +min .* p50 .* p90 .* p99 .* max /m,
    ]) {
      expect(out).to.match(line);
    }
  });

  it('gives programs numbers', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const io = new CapturedIo();
    const { out } = await run(
      ['time', '--json', '--count', '3', '--port', String(server.port)],
      io,
    );
    const json = JSON.parse(out) as Record<string, number>;
    expect(json['count']).to.equal(3);
    expect(Math.abs((json['offsetMicros'] ?? 0) - AHEAD_MICROS)).to.be.at.most(
      json['boundMicros'] ?? 0,
    );
  });

  it('fails with the exit code of what the server refuses', async () => {
    await using server = await ScriptedServer.start({ TIME: () => '-BUSY slow down\r\n' });
    const { code, err } = await run(['time', '--port', String(server.port)]);
    expect(code).to.equal(6);
    expect(err).to.equal('candado: slow down\n');
  });

  it('draws how long round trips took, and says what is not known', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const { out } = await run(['time', '--count', '50', '--port', String(server.port)]);
    expect(out).to.match(/^jitter +[\d.]+ (µs|ms)$/m);
    expect(out).to.match(/^drift +unknown: the run was too short to tell$/m);
    expect(out).to.match(/^ +[\d.]+ (µs|ms) █+[▏▎▍▌▋▊▉]? \d+$/m);
    expect(out).not.to.include('\u001b');
  });

  it('has colour on a terminal, unless that is not wanted', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const argv = ['time', '--count', '5', '--port', String(server.port)];
    expect((await run(argv, new CapturedIo({ tty: true }))).out).to.include('\u001b[36m█');
    const plain = new CapturedIo({ tty: true, env: { NO_COLOR: '1' } });
    expect((await run(argv, plain)).out).not.to.include('\u001b');
  });

  it('writes every exchange as four timestamps, and the summary where it is not in the way', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const { code, out, err } = await run([
      ...['time', '--count', '3000', '--csv', '-'],
      ...['--port', String(server.port)],
    ]);
    expect(code).to.equal(0);
    const [header, ...lines] = out.trimEnd().split('\n');
    expect(header).to.equal('t1,t2,t3,t4');
    expect(lines).to.have.length(3_000);
    for (const line of lines) {
      const [t1 = 0, t2 = 0, t3 = 0, t4 = 0] = line.split(',').map(Number);
      expect([t2, t3]).to.deep.equal([t1 + AHEAD_MICROS, t1 + AHEAD_MICROS]);
      expect(t4).to.be.at.least(t1);
    }
    expect(err).to.match(/^queries +3000$/m);
  });

  it('writes a table and a chart into files', async () => {
    await using folder = await temporaryFolder();
    await using server = await ScriptedServer.start({ TIME });
    const [csv, svg] = [join(folder.path, 'all.csv'), join(folder.path, 'clock.svg')];
    await writeFile(svg, 'what stood there before, and was longer than the chart'.repeat(2_000));
    const { code, out } = await run([
      ...['time', '--count', '40', '--json', '--csv', csv, '--svg', svg],
      ...['--port', String(server.port)],
    ]);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.include({ count: 40, driftPpm: null, clockSteps: 0 });
    expect((await readFile(csv, 'utf8')).trimEnd().split('\n')).to.have.length(41);
    const chart = await readFile(svg, 'utf8');
    expect(chart).to.match(/^<svg .*<\/svg>\n$/s);
    expect(chart).to.include(`Clock of 127.0.0.1:${server.port}`);
  });

  it('gives programs what it counted, to the last round trip', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const { out } = await run([
      ...['time', '--count', '60', '--json'],
      ...['--port', String(server.port)],
    ]);
    const { roundTripHistogram, jitterMicros } = JSON.parse(out) as {
      readonly roundTripHistogram: readonly { readonly count: number }[];
      readonly jitterMicros: number;
    };
    expect(roundTripHistogram.reduce((sum, { count }) => sum + count, 0)).to.equal(60);
    expect(jitterMicros).to.be.above(0);
  });

  it('asks as long, and as often, as told', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const startedMs = performance.now();
    const { out } = await run([
      ...['time', '--for', '0.2s', '--every', '20ms'],
      ...['--port', String(server.port)],
    ]);
    expect(performance.now() - startedMs).to.be.above(150);
    // Ten fit in; a busy machine leaves some out.
    expect(server.requests.length).to.be.within(1, 11);
    expect(out).to.match(new RegExp(`^queries +${server.requests.length}$`, 'm'));
  });

  it('ends sooner where the count is reached first', async () => {
    await using server = await ScriptedServer.start({ TIME });
    await run(['time', '--for', '1h', '--count', '7', '--port', String(server.port)]);
    expect(server.requests).to.have.length(7);
  });

  it('ends when told to, with what it has', async () => {
    await using server = await ScriptedServer.start({ TIME });
    const io = new CapturedIo();
    const running = run(
      ['time', '--for', '1h', '--every', '1h', '--port', String(server.port)],
      io,
    );
    await server.request('TIME');
    io.signal('SIGINT');
    const { code, out } = await running;
    expect(code).to.equal(0);
    expect(out).to.match(/^queries +1$/m);
  });

  it('ends at the second signal though no answer comes', async () => {
    await using server = await ScriptedServer.start({ TIME: () => undefined });
    const io = new CapturedIo();
    const running = run(['time', '--port', String(server.port)], io);
    await server.request('TIME');
    io.signal('SIGINT');
    io.signal('SIGINT');
    expect((await running).code).to.equal(1);
  });

  for (const [args, sentence] of [
    [['--every', '1s'], /--every needs --count or --for/],
    [['--count', '0'], /--count takes a whole number from 1 to 1000000000, not "0"/],
    [['--for', 'long'], /--for takes a time from 1 ms to 24 h, such as .* not "long"/],
    [['--count', '5', '--every', '2d'], /--every takes a time from 1 ms to 60 min, .* not "2d"/],
    [['--json', '--csv', '-'], /--json and --csv - both take standard output/],
    [['--svg', '-'], /--svg takes the path of a file, not -/],
    [['--csv', 'one', '--svg', 'one'], /--csv and --svg take files of their own/],
    [['--svg', ''], /svg/],
  ] as const) {
    it(`refuses ${args.join(' ')} before it connects`, async () => {
      await using server = await ScriptedServer.start({ TIME });
      const { code, err } = await run(['time', ...args, '--port', String(server.port)]);
      expect(code).to.equal(2);
      expect(err).to.match(sentence);
      expect(server.connections).to.equal(0);
    });
  }

  it('says at once where a chart cannot be written', async () => {
    await using folder = await temporaryFolder();
    await using server = await ScriptedServer.start({ TIME });
    const path = join(folder.path, 'missing', 'clock.svg');
    const { code, err } = await run(['time', '--svg', path, '--port', String(server.port)]);
    expect(code).to.equal(1);
    expect(err).to.include(path);
    expect(server.connections).to.equal(0);
  });
});
