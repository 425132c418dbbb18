import { once } from 'node:events';
import { expect } from 'chai';
import { CapturedIo, run } from '../../support/captured-io.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { push } from '../../support/session-script.js';

const confirm =
  (kind: string): Answer =>
  ({ args }) =>
    args.map((topic, at) => push(kind, topic, at + 1)).join('');
const ANSWERS = { SUBSCRIBE: confirm('subscribe'), PSUBSCRIBE: confirm('psubscribe') };

const message = (channel: string, fields: object): string =>
  push('message', channel, JSON.stringify(fields));

describe('candado watch', () => {
  it('prints one line an event until Ctrl-C', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const io = new CapturedIo();
    const ran = run(['watch', 'a', '--port', String(server.port)], io);
    await io.stderr.includes('watching; Ctrl-C ends it\n');
    const { socket } = await server.request('SUBSCRIBE');
    socket.write(
      [
        message('file:a', { event: 'put', version: 4, size: 2048 }),
        message('file:a', { event: 'delete', version: 5 }),
        message('lock:a', {
          event: 'granted',
          mode: 'exclusive',
          token: 7,
          holder: 'ada',
          address: '10.0.0.1:5',
        }),
        message('lock:a', { event: 'released', mode: 'exclusive', token: 7 }),
        message('lock:a', { event: 'expired', mode: 'shared', token: 7 }),
        message('lock:a', { event: 'broken', token: 7, by: 'bob', reason: 'gone\u001b[2J' }),
        message('lock:a', { event: 'queued', waiting: 3 }),
        message('lock:a', { event: 'newer' }),
      ].join(''),
    );
    await io.stdout.includes('newer');
    io.signal('SIGINT');
    expect((await ran).code).to.equal(0);
    expect(io.stdout.text).to.equal(
      [
        'put       a  version 4, 2.0 KiB',
        'delete    a  version 5',
        'granted   a  exclusive, token 7, to ada (10.0.0.1:5)',
        'released  a  exclusive, token 7',
        'expired   a  shared, token 7',
        'broken    a  token 7, by bob: gone',
        'queued    a  3 waiting',
        'other  lock:a  {"event":"newer"}',
        '',
      ].join('\n'),
    );
    expect(io.listenerCount('SIGINT')).to.equal(0);
  });

  it('watches everything without a pattern, and says where it was not there', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const io = new CapturedIo();
    const ran = run(['watch', '--json', '--port', String(server.port)], io);
    const { socket } = await server.request('PSUBSCRIBE');
    expect(server.requests).to.deep.equal(['PSUBSCRIBE file:* lock:*']);
    await io.stderr.includes('watching');
    socket.destroy();
    await io.stdout.includes('\n');
    io.signal('SIGTERM');
    expect((await ran).code).to.equal(0);
    expect(JSON.parse(io.stdout.text)).to.deep.equal({
      kind: 'watch',
      event: 'gap',
      reason: 'the server closed the connection',
    });
  });

  it('ends when nobody reads what it prints', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    const io = new CapturedIo();
    const ran = run(['watch', '--port', String(server.port)], io);
    await io.stderr.includes('watching');
    const closed = once(io.stdout, 'close');
    io.stdout.destroy();
    await closed;
    expect((await ran).code).to.equal(0);
  });

  it('exits as the refusal says', async () => {
    await using server = await ScriptedServer.start({ SUBSCRIBE: () => '-NAME bad name\r\n' });
    const { code, err } = await run(['watch', '..', '--port', String(server.port)]);
    expect(code).to.equal(2);
    expect(err).to.match(/bad name/);
  });
});
