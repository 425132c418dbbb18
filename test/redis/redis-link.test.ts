import { expect } from 'chai';
import { SystemClock } from '../../src/clock/system-clock.js';
import { NotConnected } from '../../src/redis/errors.js';
import { RedisLink, RedisLinkOptions } from '../../src/redis/redis-link.js';
import { RecordingLog } from '../support/recording-log.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const subscribed: Answer = ({ args }) =>
  args
    .map((channel, index) => `*3\r\n${bulk('subscribe')}${bulk(channel)}:${index + 1}\r\n`)
    .join('');

const ANSWERS: Readonly<Record<string, Answer>> = {
  AUTH: () => '+OK\r\n',
  CLIENT: () => '+OK\r\n',
  CONFIG: () => '*2\r\n$16\r\nmaxmemory-policy\r\n$10\r\nnoeviction\r\n',
  GET: () => '$-1\r\n',
  INFO: () => bulk('role:master\r\n'),
  PUBLISH: () => ':1\r\n',
  SUBSCRIBE: subscribed,
  UNSUBSCRIBE: ({ args }) => `*3\r\n${bulk('unsubscribe')}${bulk(args[0] ?? '')}:0\r\n`,
};

describe('RedisLink', () => {
  let log: RecordingLog;
  let link: RedisLink;

  const linkTo = (port: number, timeoutMs = 1_000): RedisLink => {
    log = new RecordingLog();
    const options = new RedisLinkOptions({ url: `redis://127.0.0.1:${port}`, timeoutMs });
    link = new RedisLink(options, new SystemClock(), log);
    return link;
  };

  afterEach(() => link.close());

  const message = (channel: string, text: string): string =>
    `*3\r\n${bulk('message')}${bulk(channel)}${bulk(text)}`;

  const caughtUp = (): Promise<void> =>
    new Promise((resolve) => {
      const end = link.onCaughtUp(() => {
        end();
        resolve();
      });
    });

  it('tells each listener what arrives on its channel, until it ends that', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    linkTo(server.port);
    const heard: string[] = [];
    const endFirst = link.subscribe('one', (text) => heard.push(`first ${text}`));
    link.subscribe('one', (text) => heard.push(`second ${text}`));
    link.subscribe('two', (text) => heard.push(`other ${text}`));
    const complete = caughtUp();
    await link.open();
    await complete;
    expect(link.hears).to.equal(true);
    const { socket } = await server.request('SUBSCRIBE');
    endFirst();
    const arrived = new Promise<void>((resolve) => void link.subscribe('two', () => resolve()));
    socket.write(message('one', 'a') + message('unknown', 'b') + message('two', 'c'));
    await arrived;
    expect(heard).to.deep.equal(['second a', 'other c']);
    expect(server.requests).to.not.include('UNSUBSCRIBE one');
  });

  it('leaves a channel that nobody listens to any more', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    linkTo(server.port);
    const end = link.subscribe('one', () => undefined);
    const complete = caughtUp();
    await link.open();
    await complete;
    end();
    expect((await server.request('UNSUBSCRIBE')).args).to.deep.equal(['one']);
    expect(link.hears).to.equal(true);
  });

  it('subscribes again after the connection was lost, and says that messages may be missing', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    linkTo(server.port);
    link.subscribe('one', () => undefined);
    const first = caughtUp();
    await link.open();
    await first;
    const second = caughtUp();
    server.cut();
    await second;
    expect((await server.request('SUBSCRIBE', 2)).args).to.deep.equal(['one']);
    expect(link.hears).to.equal(true);
  });

  it('says that a subscription is refused, and does not pretend to hear', async () => {
    await using server = await ScriptedServer.start({
      ...ANSWERS,
      SUBSCRIBE: () => '-NOPERM no permission to access one of the channels\r\n',
      PUBLISH: () => ':0\r\n',
    });
    linkTo(server.port);
    link.subscribe('one', () => undefined);
    await link.open();
    await server.request('SUBSCRIBE');
    await link.send('key', (client) => client.get('key'));
    expect(link.hears).to.equal(false);
    expect(log.lines.map(({ event }) => event)).to.include('redis.subscribe-failed');
  });

  it('sends nothing later that it could not send at once', async () => {
    await using server = await ScriptedServer.start(ANSWERS);
    linkTo(server.port);
    const changes: boolean[] = [];
    link.onChange((up) => changes.push(up));
    const sending = link.send('key', (client) => client.get('key')).catch((error) => error);
    expect(await sending).to.be.instanceOf(NotConnected);
    link.publish('one', 'dropped');
    await link.open();
    await link.send('key', (client) => client.get('other'));
    const asked = server.requests.filter((request) => /^(GET|PUBLISH)/.test(request));
    expect(asked).to.deep.equal(['GET other']);
    expect(changes).to.deep.equal([true]);
  });

  it('does not send again what was not answered', async () => {
    let answering = false;
    await using server = await ScriptedServer.start({
      ...ANSWERS,
      GET: () => (answering ? '$-1\r\n' : undefined),
    });
    linkTo(server.port, 200);
    await link.open();
    const back = new Promise<void>((resolve) => {
      link.onChange((up) => {
        if (up) resolve();
      });
    });
    const failed = link.send('key', (client) => client.get('lost')).catch((error) => error);
    expect(await failed)
      .to.be.instanceOf(Error)
      .and.not.instanceOf(NotConnected);
    answering = true;
    await back;
    await link.send('key', (client) => client.get('next'));
    const asked = server.requests.filter((request) => request.startsWith('GET'));
    expect(asked).to.deep.equal(['GET lost', 'GET next']);
  });
});
