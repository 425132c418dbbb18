import { Writable } from 'node:stream';
import { expect } from 'chai';
import { WinstonLog } from '../../src/telemetry/winston-log.js';
import { CapturedOutput } from './captured-output.js';

const openJson = (target: CapturedOutput, level: 'error' | 'warn' | 'info' | 'debug' = 'debug') =>
  WinstonLog.open({ level, format: 'json', target });

describe('WinstonLog', () => {
  it('writes a JSON object a line: timestamp, level, event, msg, then the fields', async () => {
    const target = new CapturedOutput();
    const log = openJson(target);
    const before = Date.now();
    log.info('lock.granted', 'A lock was granted', { token: 7, name: 'a.txt' });
    log.warn('store.slow', 'The store is slow');
    await log.finish();
    const [first, second] = target.records;
    expect(Object.keys(first ?? {})).to.deep.equal([
      'timestamp',
      'level',
      'event',
      'msg',
      'token',
      'name',
    ]);
    expect(first).to.include({
      level: 'info',
      event: 'lock.granted',
      msg: 'A lock was granted',
      token: 7,
      name: 'a.txt',
    });
    expect(Date.parse(String(first?.['timestamp']))).to.be.within(before, Date.now());
    expect(second).to.include({ level: 'warn', event: 'store.slow' });
  });

  it('writes what is at least as important as its level', async () => {
    for (const [level, count] of [
      ['error', 1],
      ['warn', 2],
      ['info', 3],
      ['debug', 4],
    ] as const) {
      const target = new CapturedOutput();
      const log = openJson(target, level);
      log.error('e', 'e');
      log.warn('w', 'w');
      log.info('i', 'i');
      log.debug('d', 'd');
      await log.finish();
      const levels = target.records.map((record) => record['level']);
      expect(levels).to.deep.equal(['error', 'warn', 'info', 'debug'].slice(0, count));
    }
  });

  it('does not look at the fields of a line that is not written', async () => {
    const target = new CapturedOutput();
    const log = openJson(target, 'info');
    let looks = 0;
    log.debug('command.ran', 'A command ran', {
      get name() {
        looks += 1;
        return 'TIME';
      },
    });
    await log.finish();
    expect(looks).to.equal(0);
  });

  it('gives every line of a child its fields; the nearest wins', async () => {
    const target = new CapturedOutput();
    const log = openJson(target);
    const child = log.child({ conn: 1, remote: 'a' });
    child.child({ remote: 'b' }).info('x', 'x', { session: 's' });
    child.info('y', 'y', { conn: 2 });
    log.info('z', 'z');
    await log.finish();
    expect(target.records[0]).to.include({ conn: 1, remote: 'b', session: 's' });
    expect(target.records[1]).to.include({ conn: 2, remote: 'a' });
    expect(target.records[2]).to.not.have.any.keys('conn', 'remote');
  });

  it('has written everything, in order, when it is finished', async () => {
    const target = new CapturedOutput();
    const log = openJson(target);
    for (let at = 0; at < 5_000; at++) log.info('n', 'n', { at });
    await log.finish();
    expect(target.records.map((record) => record['at'])).to.deep.equal(
      Array.from({ length: 5_000 }, (_, at) => at),
    );
  });

  it('waits for a slow target', async () => {
    const seen: string[] = [];
    const release: (() => void)[] = [];
    const slow = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        release.push(() => {
          seen.push(chunk);
          done();
        });
      },
    });
    const log = WinstonLog.open({ level: 'info', format: 'json', target: slow });
    log.info('a', 'a');
    let finished = false;
    const finish = log.finish().then(() => {
      finished = true;
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(finished).to.equal(false);
    while (!finished) {
      release.shift()?.();
      await new Promise(setImmediate);
    }
    await finish;
    expect(seen[0]).to.include('"event":"a"');
  });

  it('loses what comes after its end, without harm, and can be finished twice', async () => {
    const target = new CapturedOutput();
    const log = openJson(target);
    const child = log.child({});
    await log.finish();
    child.error('late', 'late');
    await log.finish();
    expect(target.text).to.equal('');
  });

  for (const autoDestroy of [true, false]) {
    it(`outlives a target that fails and ${autoDestroy ? 'closes' : 'stays open'}`, async () => {
      let writes = 0;
      const broken = new Writable({
        autoDestroy,
        write(_chunk, _encoding, done) {
          writes += 1;
          done(new Error('EPIPE'));
        },
      });
      const log = WinstonLog.open({ level: 'info', format: 'json', target: broken });
      log.info('a', 'a');
      await new Promise(setImmediate);
      for (let at = 0; at < 100; at++) log.info('b', 'b');
      await log.finish();
      expect(writes).to.equal(1);
      expect(broken.writableLength).to.be.below(1_000);
    });
  }

  it('ends when its target fails while it is waiting for it', async () => {
    const broken = new Writable({
      write(_chunk, _encoding, done) {
        setImmediate(done, new Error('EPIPE'));
      },
    });
    const log = WinstonLog.open({ level: 'info', format: 'json', target: broken });
    log.info('a', 'a');
    await log.finish();
    expect(broken.errored?.message).to.equal('EPIPE');
  });

  describe('its form', () => {
    const firstByte = async (format: 'auto' | 'json' | 'pretty', terminal: boolean) => {
      const target = new CapturedOutput(terminal, terminal);
      const log = WinstonLog.open({ level: 'info', format, target });
      log.info('a', 'a');
      await log.finish();
      return target.text.startsWith('{') ? 'json' : 'pretty';
    };

    it('auto is pretty on a terminal, json elsewhere', async () => {
      expect(await firstByte('auto', true)).to.equal('pretty');
      expect(await firstByte('auto', false)).to.equal('json');
    });

    it('otherwise it is what was asked for', async () => {
      expect(await firstByte('json', true)).to.equal('json');
      expect(await firstByte('pretty', false)).to.equal('pretty');
    });

    it('has colours only on a terminal that wants them', async () => {
      for (const [terminal, colours, expected] of [
        [true, true, true],
        [true, false, false],
        [false, true, false],
      ] as const) {
        const target = new CapturedOutput(terminal, colours);
        const log = WinstonLog.open({ level: 'info', format: 'pretty', target });
        log.info('a', 'a', { k: 'v' });
        await log.finish();
        expect(target.text.includes('\u001b['), `${terminal} ${colours}`).to.equal(expected);
      }
    });
  });
});
