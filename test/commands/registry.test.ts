import { expect } from 'chai';
import type { Command } from '../../src/commands/command.js';
import { CommandTally } from '../../src/commands/command-tally.js';
import { EchoCommand } from '../../src/commands/connection/echo.js';
import { PingCommand } from '../../src/commands/connection/ping.js';
import { CommandRegistry } from '../../src/commands/registry.js';
import { failure, OK, type Reply } from '../../src/commands/reply.js';
import { CommandHandler, type CommandSpec } from '../../src/commands/spec.js';
import { TimeCommand } from '../../src/commands/time/time.js';
import { Upload, UploadAborted } from '../../src/commands/upload.js';
import { FileStoreUnavailable } from '../../src/files/errors.js';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import {
  command,
  connection,
  contextOf,
  plain,
  plainNow,
  RecordingLog,
  RecordingObserver,
  StoppedClock,
} from './fakes.js';

class Handler extends CommandHandler {
  override readonly spec: CommandSpec;

  constructor(
    spec: Partial<CommandSpec>,
    private readonly answer: (command: Command) => Reply | Promise<Reply>,
  ) {
    super();
    this.spec = {
      name: 'STORE',
      arity: -2,
      group: 'file',
      summary: 'Stores something.',
      since: '0.1.0',
      flags: ['write'],
      arguments: [
        { name: 'name', type: 'string' },
        { name: 'content', type: 'string', optional: true },
      ],
      keyPosition: 1,
      contentIndex: 1,
      ...spec,
    };
  }

  override execute(command: Command): Reply | Promise<Reply> {
    return this.answer(command);
  }
}

describe('CommandRegistry', () => {
  let observer: RecordingObserver;
  let log: RecordingLog;
  let tally: CommandTally;

  beforeEach(() => {
    observer = new RecordingObserver();
    log = new RecordingLog();
    tally = new CommandTally();
  });

  function registry(...handlers: CommandHandler[]): CommandRegistry {
    return new CommandRegistry(handlers, tally, observer, log);
  }

  function answering(answer: (command: Command) => Reply | Promise<Reply>): CommandRegistry {
    return registry(new Handler({}, answer));
  }

  it('knows its commands by upper-case name, COMMAND among them', () => {
    const all = registry(new Handler({ name: 'ZIP' }, () => OK), new Handler({}, () => OK));
    expect(all.names).to.deep.equal(['COMMAND', 'STORE', 'ZIP']);
    expect(all.specs.map((spec) => spec.name)).to.deep.equal(all.names);
    expect(all.contentIndexOf('STORE')).to.equal(1);
    expect(all.contentIndexOf('COMMAND')).to.equal(undefined);
    expect(all.contentIndexOf('NO')).to.equal(undefined);
  });

  it('refuses to be built with two commands of one name', () => {
    expect(() => registry(new Handler({}, () => OK), new Handler({}, () => OK))).to.throw('STORE');
  });

  it('answers at once what a handler answers at once, and reports it', () => {
    const all = answering(() => OK);
    expect(plainNow(all.run(command('STORE', 'a'), contextOf()))).to.equal('OK');
    expect(observer.seen).to.deep.equal([['STORE', 'ok']]);
    expect([tally.commands, tally.errors]).to.deep.equal([1, 0]);
  });

  it('asks once where one command stands for several, and counts all', () => {
    let asked = 0;
    const all = answering(() => {
      asked += 1;
      return OK;
    });
    plainNow(all.run({ ...command('STORE', 'a'), times: 3 }, contextOf()));
    plainNow(all.run({ ...command('NO'), times: 2 }, contextOf()));
    expect(asked).to.equal(1);
    expect(observer.seen.map(([name]) => name)).to.deep.equal([
      ...Array(3).fill('STORE'),
      ...Array(2).fill('UNKNOWN'),
    ]);
    expect([tally.commands, tally.errors]).to.deep.equal([5, 2]);
  });

  it('knows which commands answer alike', () => {
    const all = registry(new TimeCommand(new StoppedClock()), new PingCommand(), new EchoCommand());
    expect(['TIME', 'PING', 'ECHO', 'NO'].filter((name) => all.answersAlike(name))).to.deep.equal([
      'TIME',
      'PING',
    ]);
  });

  it('waits for what a handler has to wait for', async () => {
    const later = Promise.withResolvers<Reply>();
    const running = answering(() => later.promise).run(command('STORE', 'a'), contextOf());
    expect(observer.seen).to.deep.equal([]);
    later.resolve(failure('LOCKED', 'held'));
    expect(plain(await running)).to.equal('-LOCKED held');
    expect(observer.seen).to.deep.equal([['STORE', 'locked']]);
    expect([tally.commands, tally.errors]).to.deep.equal([1, 1]);
  });

  it('sees through replies that change the connection', () => {
    const refused: Reply = { kind: 'bye', reply: failure('NOPERM', 'no') };
    plainNow(answering(() => refused).run(command('STORE', 'a'), contextOf()));
    expect(observer.seen.map(([, outcome]) => outcome)).to.deep.equal(['noperm']);
  });

  it('names the grammar where the number of arguments is wrong', () => {
    const all = answering(() => OK);
    const expected =
      "-ERR wrong number of arguments for 'store' command; usage: STORE name [content]";
    expect(plainNow(all.run(command('STORE'), contextOf()))).to.equal(expected);
    const exact = registry(new Handler({ arity: 2 }, () => OK));
    expect(plainNow(exact.run(command('STORE', 'a', 'b'), contextOf()))).to.equal(expected);
    expect(plainNow(exact.run(command('STORE', 'a'), contextOf()))).to.equal('OK');
    expect(observer.seen.map(([name, outcome]) => [name, outcome])).to.deep.equal([
      ['STORE', 'err'],
      ['STORE', 'err'],
      ['STORE', 'ok'],
    ]);
  });

  it('counts every unknown name as one, and shows what was sent', () => {
    const all = answering(() => OK);
    const reply = plainNow(all.run(command('XYZZY', 'a\r\nb', 'c'), contextOf()));
    expect(reply).to.equal(
      "-ERR unknown command 'XYZZY', with args beginning with: 'a??b' 'c'; COMMAND LIST names them all",
    );
    expect(observer.seen).to.deep.equal([['UNKNOWN', 'err']]);
    expect(plainNow(all.run(command('STROE'), contextOf()))).to.match(/did you mean STORE\?$/);
  });

  it('shows only the beginning of what a stranger sent', () => {
    const args = Array.from({ length: 500 }, () => 'x'.repeat(1_000));
    const reply = plainNow(
      answering(() => OK).run(command('Y'.repeat(5_000), ...args), contextOf()),
    );
    expect(String(reply).length).to.be.below(400);
  });

  describe('for a connection that is subscribed', () => {
    const allowed = [
      ...['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE'],
      ...['PING', 'QUIT', 'RESET'],
    ];
    let handle: ReturnType<typeof connection>;
    let commands: CommandRegistry;

    beforeEach(() => {
      handle = connection();
      handle.subscriptions.channels.add('file:a');
      const handlers = [...allowed, 'STORE'].map(
        (name) => new Handler({ name, arity: -1 }, () => OK),
      );
      commands = registry(...handlers);
    });

    const answer = (name: string): unknown =>
      plainNow(commands.run(command(name), contextOf(handle)));

    it('executes in RESP2 only what can be told from messages', () => {
      for (const name of allowed) expect(answer(name), name).to.equal('OK');
      expect(answer('STORE')).to.match(/^-ERR Can't execute 'store': only \(P\)SUBSCRIBE /);
      expect(answer('COMMAND')).to.match(/^-ERR Can't execute 'command'/);
      expect(answer('NONE')).to.match(/^-ERR unknown command/);
    });

    it('executes everything in RESP3, and in RESP2 once nothing is subscribed', () => {
      handle.protocol = 3;
      expect(answer('STORE')).to.equal('OK');
      handle.protocol = 2;
      handle.subscriptions.channels.clear();
      expect(answer('STORE')).to.equal('OK');
    });

    it('lets the content of what it refuses pass', async () => {
      const upload = new Upload(3, false);
      const refused = commands.run({ ...command('STORE', 'a'), upload }, contextOf(handle));
      upload.write(Buffer.from('abc'));
      upload.end();
      upload.finish([]);
      expect(plain(await refused)).to.match(/^-ERR Can't execute 'store'/);
    });
  });

  describe('when a handler throws', () => {
    const outcomes: readonly (readonly [Error, string])[] = [
      [
        new LockTableUnavailable('no answer; try again', false),
        '-UNAVAILABLE no answer; try again',
      ],
      [
        new FileStoreUnavailable('disk away', true),
        '-UNAVAILABLE disk away; it may have happened all the same: look before trying again',
      ],
    ];
    for (const [error, text] of outcomes) {
      it(`tells the client of ${error.name}, at once or later, and logs nothing`, async () => {
        const thrown = answering(() => {
          throw error;
        });
        expect(plainNow(thrown.run(command('STORE', 'a'), contextOf()))).to.equal(text);
        const rejected = answering(() => Promise.reject(error));
        expect(plain(await rejected.run(command('STORE', 'a'), contextOf()))).to.equal(text);
        expect(observer.seen.map(([, outcome]) => outcome)).to.deep.equal([
          'unavailable',
          'unavailable',
        ]);
        expect(log.lines).to.deep.equal([]);
      });
    }

    const strangers = [
      Object.assign(new Error('secret path'), { code: 'ENOENT' }),
      Object.assign(new Error('secret path'), { code: 'toString' }),
      'a string: secret path',
    ];
    for (const error of strangers) {
      it(`keeps ${String(error)} to itself and logs it once`, async () => {
        const all = answering(() => Promise.reject(error));
        const reply = plain(await all.run(command('STORE', 'a'), contextOf()));
        expect(reply)
          .to.match(/^-ERR internal error/)
          .and.not.contain('secret');
        expect(log.lines.map(({ level, event }) => [level, event])).to.deep.equal([
          ['error', 'command.failed'],
        ]);
        expect(log.lines[0]?.fields).to.deep.equal({
          command: 'STORE',
          conn: 7,
          session: 'session-1',
          err: error,
        });
      });
    }
  });

  describe('with a content on its way', () => {
    const uploading = (upload: Upload, name = 'STORE', ...args: string[]): Command => ({
      ...command(name, ...args),
      upload,
    });

    /** Fails unless `answer` waits for the end of `upload`, and the content passes unbuffered. */
    async function drained(answer: Reply | Promise<Reply>, upload: Upload): Promise<unknown> {
      let settled = false;
      const done = Promise.resolve(answer).then((reply) => {
        settled = true;
        return reply;
      });
      upload.write(Buffer.alloc(10 * 1024 * 1024));
      upload.end();
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(upload.full, 'the content was kept').to.equal(false);
      expect(settled, 'answered before the content had passed').to.equal(false);
      upload.finish([]);
      return plain(await done);
    }

    it('lets the content of an unknown command pass before it answers', async () => {
      const upload = new Upload(10, false);
      const answer = answering(() => OK).run(uploading(upload, 'NOPE', 'a'), contextOf());
      expect(await drained(answer, upload)).to.match(/^-ERR unknown command 'NOPE'/);
    });

    it('lets the content pass where the number of arguments is wrong', async () => {
      const upload = new Upload(10, true);
      const all = registry(new Handler({ arity: 3 }, () => OK));
      const answer = all.run(uploading(upload, 'STORE', 'a'), contextOf());
      expect(await drained(answer, upload)).to.match(/^-ERR wrong number of arguments/);
    });

    it('lets the content pass where the handler failed before it took it', async () => {
      for (const fail of [
        () => Promise.reject(new LockTableUnavailable('away', false)),
        () => {
          throw new LockTableUnavailable('away', false);
        },
      ]) {
        const upload = new Upload(10, false);
        const answer = answering(fail).run(uploading(upload, 'STORE', 'a'), contextOf());
        expect(await drained(answer, upload)).to.equal('-UNAVAILABLE away');
      }
    });

    it('counts the content among the arguments', async () => {
      const all = registry(new Handler({ arity: 3 }, () => OK));
      const fits = all.run(uploading(new Upload(10, false), 'STORE', 'a'), contextOf());
      expect(plainNow(fits)).to.equal('OK');
    });

    it('does not wait for a content that will never be whole', async () => {
      const upload = new Upload(10, false);
      const answer = answering(() => OK).run(uploading(upload, 'NOPE'), contextOf());
      upload.abort(new UploadAborted('gone'));
      expect(plain(await answer)).to.match(/^-ERR unknown command/);
    });
  });
});
