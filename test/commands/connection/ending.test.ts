import { expect } from 'chai';
import { ByeCommand } from '../../../src/commands/connection/bye.js';
import { EchoCommand } from '../../../src/commands/connection/echo.js';
import { PingCommand } from '../../../src/commands/connection/ping.js';
import { QuitCommand } from '../../../src/commands/connection/quit.js';
import { ReadOnlyCommand } from '../../../src/commands/connection/read-only.js';
import { ResetCommand } from '../../../src/commands/connection/reset.js';
import { CommandOptions } from '../../../src/commands/options.js';
import { SessionReset } from '../../../src/commands/session-reset.js';
import { Shutdown } from '../../../src/commands/shutdown.js';
import { MemoryEventFeed } from '../../../src/events/memory-event-feed.js';
import { Subscribers } from '../../../src/events/subscribers.js';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { Session } from '../../../src/sessions/session.js';
import { RecordingSubscriptionObserver } from '../../support/recording-subscription-observer.js';
import {
  command,
  connection,
  contextOf,
  execute,
  plain,
  plainNow,
  StoppedClock,
} from '../fakes.js';

describe('PING, ECHO and READONLY', () => {
  it('PING answers a RESP2 subscriber as a message, which is all that one knows', () => {
    const ping = new PingCommand();
    const handle = connection();
    const answered = (...args: string[]): unknown =>
      plainNow(execute(ping, args, contextOf(handle)));
    handle.subscriptions.patterns.add('*');
    expect(answered()).to.deep.equal(['pong', '']);
    expect(answered('hi')).to.deep.equal(['pong', 'hi']);
    expect(answered('a', 'b')).to.match(/^-ERR wrong number/);
    handle.protocol = 3;
    expect(answered()).to.equal('PONG');
  });

  it('PING answers PONG, or its message', () => {
    const ping = new PingCommand();
    expect(execute(ping, [])).to.deep.equal({ kind: 'simple', text: 'PONG' });
    expect(execute(ping, ['hi'])).to.deep.equal({ kind: 'bulk', value: Buffer.from('hi') });
    expect(plainNow(execute(ping, ['a', 'b']))).to.match(
      /^-ERR wrong number of arguments for 'ping'/,
    );
  });

  it('ECHO keeps every byte', () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    const echo = { ...command('ECHO'), args: [bytes] };
    expect(new EchoCommand().execute(echo)).to.deep.equal({ kind: 'bulk', value: bytes });
  });

  it('READONLY is accepted', () => {
    expect(plainNow(execute(new ReadOnlyCommand(), []))).to.equal('OK');
  });
});

describe('QUIT and BYE', () => {
  class FakeShutdown extends Shutdown {
    readonly reasons: string[] = [];

    override request(reason: string): void {
      this.reasons.push(reason);
    }
  }
  const goodbye = { kind: 'bye', reply: { kind: 'simple', text: 'OK' } };

  it('QUIT answers OK and closes', () => {
    expect(execute(new QuitCommand(), [])).to.deep.equal(goodbye);
  });

  it('BYE only closes the connection as long as nothing else is allowed', () => {
    const shutdown = new FakeShutdown();
    const bye = new ByeCommand(new CommandOptions(false), shutdown);
    expect(execute(bye, [])).to.deep.equal(goodbye);
    expect(shutdown.reasons).to.deep.equal([]);
  });

  it('BYE asks for the end of the process where that is allowed', () => {
    const shutdown = new FakeShutdown();
    const bye = new ByeCommand(new CommandOptions(true), shutdown);
    expect(execute(bye, [])).to.deep.equal(goodbye);
    expect(shutdown.reasons).to.deep.equal(['BYE from 192.0.2.1:50000']);
  });
});

describe('RESET', () => {
  const anySubscribers = (): Subscribers =>
    new Subscribers(new MemoryEventFeed(), new RecordingSubscriptionObserver(), new StoppedClock());

  class FakeReset extends SessionReset {
    readonly sessions: Session[] = [];

    constructor(private readonly outcome: Promise<void>) {
      super();
    }

    override reset(session: Session): Promise<void> {
      this.sessions.push(session);
      return this.outcome;
    }
  }

  it('lets the session go first, then name and protocol', async () => {
    const gone = Promise.withResolvers<void>();
    const resets = new FakeReset(gone.promise);
    const subscribers = anySubscribers();
    const handle = connection({ protocol: 3, clientName: 'me' });
    const context = contextOf(handle);
    subscribers.subscribe(handle, 'file:a');
    const answer = execute(new ResetCommand(resets, subscribers), [], context);
    expect(handle.clientName).to.equal('me');
    expect(handle.subscriptions.count).to.equal(1);
    gone.resolve();
    const reply = await answer;
    expect(reply).to.include({ kind: 'hello', protocol: 2 });
    expect(plain(reply)).to.equal('RESET');
    expect([handle.protocol, handle.clientName]).to.deep.equal([2, '']);
    expect(handle.subscriptions.count).to.equal(0);
    expect(resets.sessions).to.deep.equal([context.session]);
  });

  it('changes nothing where the session could not be reset', async () => {
    const handle = connection({ protocol: 3, clientName: 'me' });
    const failed = new FakeReset(Promise.reject(new LockTableUnavailable('away', false)));
    const error = await Promise.resolve(
      execute(new ResetCommand(failed, anySubscribers()), [], contextOf(handle)),
    ).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(LockTableUnavailable);
    expect([handle.protocol, handle.clientName]).to.deep.equal([3, 'me']);
  });
});
