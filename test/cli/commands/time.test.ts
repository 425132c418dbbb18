import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';

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
});
