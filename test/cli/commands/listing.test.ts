import { expect } from 'chai';
import { holderName } from '../../../src/cli/holder-name.js';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { type Field, map } from '../../support/session-script.js';

const text = (value: string): string => `$${Buffer.byteLength(value)}\r\n${value}\r\n`;

const LIST: Answer = () => `*2\r\n${text('')}*3\r\n${text('a')}${text('gone')}${text('long-name')}`;
const STAT: Answer = ({ args: [name = ''] }) =>
  name === 'gone'
    ? '_\r\n'
    : map({
        name,
        size: name.length * 1000,
        version: 12,
        modified: 1_700_000_000_123_456,
        sha256: 'ab',
        locked: name === 'a' ? 'exclusive' : 'free',
      });
const WAITER = { session: 't', mode: 'shared', address: '10.0.0.2:5' };
const lockOf = (name: string, more: Readonly<Record<string, Field>> = {}): string =>
  map({
    name,
    mode: 'exclusive',
    token: 7,
    session: 's',
    holder: 'ada@here',
    address: '10.0.0.1:5',
    since: 1_700_000_000_000,
    remaining: 90_000,
    waiting: 0,
    note: '',
    age: 5_000,
    queue: [],
    ...more,
  });

describe('candado ls', () => {
  it('prints names, one a line', async () => {
    await using server = await ScriptedServer.start({ LIST });
    const { code, out } = await run(['ls', 'x/**', '--port', String(server.port)]);
    expect([code, out]).to.deep.equal([0, 'a\ngone\nlong-name\n']);
    expect(server.requests[0]).to.match(/^LIST x\/\*\* CURSOR/);
  });

  it('prints aligned columns with -l, without files that went meanwhile', async () => {
    await using server = await ScriptedServer.start({ LIST, STAT });
    const { out } = await run(['ls', '-l', '--port', String(server.port)]);
    expect(out).to.equal(
      'SIZE  VERSION  MODIFIED                     LOCK       NAME\n' +
        '1000       12  2023-11-14T22:13:20.123456Z  exclusive  a\n' +
        '9000       12  2023-11-14T22:13:20.123456Z  free       long-name\n',
    );
  });

  it('gives programs one JSON object a line', async () => {
    await using server = await ScriptedServer.start({ LIST, STAT });
    const { out } = await run(['ls', '-l', '--json', '--port', String(server.port)]);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string });
    expect(lines.map(({ name }) => name)).to.deep.equal(['a', 'long-name']);
    expect(lines[0]).to.include({ size: 1000, locked: 'exclusive' });
  });

  it('colours only terminals, and not against NO_COLOR', async () => {
    await using server = await ScriptedServer.start({ LIST, STAT });
    const argv = ['ls', '-l', '--port', String(server.port)];
    const bold = '\u001b[1m';
    expect((await run(argv)).out).to.not.include(bold);
    expect((await run(argv, new CapturedIo({ tty: true }))).out).to.include(bold);
    const plain = new CapturedIo({ tty: true, env: { NO_COLOR: '1' } });
    expect((await run(argv, plain)).out).to.not.include('\u001b');
  });
});

describe('candado locks', () => {
  it('prints who holds what, for how long, why, and who waits', async () => {
    const queue = ['bob', '', 'eve'].map((holder) => map({ ...WAITER, holder }));
    await using server = await ScriptedServer.start({
      LOCKS: () =>
        `*2\r\n${lockOf('a', { waiting: 4, queue, note: 'nightly run' })}${lockOf('b', { remaining: 0 })}`,
    });
    const { code, out } = await run(['locks', '--port', String(server.port)]);
    expect(code).to.equal(0);
    const [header, first, second] = out.split('\n');
    expect(header).to.match(/^NAME +MODE +HOLDER +ADDRESS +AGE +LEFT +TOKEN +QUEUE +NOTE$/);
    expect(first).to.match(
      /^a +exclusive +ada@here +10\.0\.0\.1:5 +5 s +90 s +7 +4: bob, 10\.0\.0\.2:5, eve, … +nightly run$/,
    );
    expect(second).to.match(/^b .* 5 s +ran out +7 +- +-$/);
  });

  it('asks for those left behind, and shows those of this user', async () => {
    await using server = await ScriptedServer.start({
      LOCKS: () => `*2\r\n${lockOf('a')}${lockOf('b', { holder: holderName() })}`,
    });
    const argv = ['locks', 'x*', '--stale', '--mine', '--json', '--port', String(server.port)];
    const { out } = await run(argv);
    expect(server.requests).to.deep.equal(['LOCKS x* STALE']);
    expect(JSON.parse(out)).to.include({ name: 'b', note: '', ageMs: 5_000 });
  });

  it('does not let a holder steer the terminal by its name', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J';
    await using server = await ScriptedServer.start({
      LOCKS: () => `*1\r\n${lockOf('a', { holder: evil, note: evil })}`,
    });
    const io = new CapturedIo({ tty: true, env: { NO_COLOR: '1' } });
    const { code, out } = await run(['locks', '--port', String(server.port)], io);
    expect(code).to.equal(0);
    expect(out).to.not.include('\u001b');
    expect(out).to.not.include('\u0007');
  });
});

describe('candado unlock', () => {
  const UNLOCK: Answer = () => '-NOTLOCKED not by you\r\n';

  it('tells who holds the file, and exits with 4', async () => {
    await using server = await ScriptedServer.start({
      UNLOCK,
      LOCKS: () => `*2\r\n${lockOf('a*', { note: 'nightly' })}${lockOf('ab')}`,
    });
    const { code, err } = await run(['unlock', 'a*', '--port', String(server.port)]);
    expect(code).to.equal(4);
    expect(err).to.match(/a\* is held by ada@here \(10\.0\.0\.1:5\), exclusive, since 2023/);
    expect(err).to.match(/"nightly"\. .*`candado break NAME/);
    expect(err.match(/ada@here/g)).to.have.length(1);
    expect(server.requests).to.deep.equal(['UNLOCK a*', 'LOCKS a\\*']);
  });

  it('is content where nobody holds it', async () => {
    await using server = await ScriptedServer.start({ UNLOCK, LOCKS: () => '*0\r\n' });
    const { code, out } = await run(['unlock', 'a', '--port', String(server.port)]);
    expect([code, out]).to.deep.equal([0, 'a is not locked by anybody\n']);
  });

  it('passes other refusals on', async () => {
    await using server = await ScriptedServer.start({ UNLOCK: () => '-NAME bad\r\n' });
    expect((await run(['unlock', '..', '--port', String(server.port)])).code).to.equal(2);
  });
});
