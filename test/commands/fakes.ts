import { type CancelTimer, Clock } from '../../src/clock/clock.js';
import type { Command } from '../../src/commands/command.js';
import { CommandObserver, type Outcome } from '../../src/commands/command-observer.js';
import { ConnectionDirectory } from '../../src/commands/connection-directory.js';
import type { CommandContext, ConnectionHandle } from '../../src/commands/context.js';
import type { Reply } from '../../src/commands/reply.js';
import type { CommandHandler } from '../../src/commands/spec.js';
import { Subscriptions } from '../../src/events/subscriber.js';
import type { SessionId } from '../../src/locks/model.js';
import { Session } from '../../src/sessions/session.js';
import { Log, type LogFields } from '../../src/telemetry/log.js';

/** A clock that stands still unless told otherwise. */
export class StoppedClock extends Clock {
  nowMs = 1_000;

  override epochMicros(): number {
    return 1_700_000_000_000_000;
  }

  override epochMicrosAt(): number {
    return this.epochMicros();
  }

  override monotonicMs(): number {
    return this.nowMs;
  }

  override after(): CancelTimer {
    throw new Error('no command sets a timer');
  }
}

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields | undefined;
}

export class RecordingLog extends Log {
  override readonly debugs = true;
  readonly lines: LogLine[] = [];

  override error(event: string, _message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', event, fields });
  }

  override warn(event: string, _message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  override info(event: string, _message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', event, fields });
  }

  override debug(event: string, _message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', event, fields });
  }

  override child(): Log {
    return this;
  }
}

export class RecordingObserver extends CommandObserver {
  readonly seen: (readonly [string, Outcome])[] = [];
  /** Seconds and how many, by the command. */
  readonly times: (readonly [string, number, number])[] = [];

  override answered(command: string, outcome: Outcome, times: number): void {
    for (let done = 0; done < times; done++) this.seen.push([command, outcome]);
  }

  override took(command: string, seconds: number, times: number): void {
    this.times.push([command, seconds, times]);
  }

  override timeAnswered(seconds: number, times: number): void {
    this.times.push(['TIME left', seconds, times]);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function connection(fields: Partial<ConnectionHandle> = {}): Mutable<ConnectionHandle> {
  return {
    id: 7,
    remoteAddress: '192.0.2.1:50000',
    localAddress: '192.0.2.9:6780',
    dialect: 'resp',
    protocol: 2,
    clientName: '',
    libraryName: '',
    libraryVersion: '',
    openedAtMs: 0,
    lastCommandAtMs: 0,
    lastCommand: '',
    signal: new AbortController().signal,
    subscriptions: new Subscriptions(),
    push: () => undefined,
    tell: () => undefined,
    end: () => Promise.resolve(),
    ...fields,
  };
}

export function contextOf(handle: ConnectionHandle = connection()): CommandContext {
  let session = new Session('session-1' as SessionId, handle.remoteAddress);
  return {
    connection: handle,
    get session() {
      return session;
    },
    adopt: (resumed) => {
      session = resumed;
    },
  };
}

/** A command as a dialect would make it of these words. */
export function command(name: string, ...args: string[]): Command {
  return { name, args: args.map((text) => Buffer.from(text)), receivedAt: 0 };
}

/** Executes a handler past the registry. */
export function execute(
  handler: CommandHandler,
  args: readonly string[],
  context: CommandContext = contextOf(),
): Reply | Promise<Reply> {
  return handler.execute(command(handler.spec.name, ...args), context);
}

export class FakeDirectory extends ConnectionDirectory {
  /** Ids of connections that wait. */
  readonly waiting = new Set<number>();

  constructor(private readonly handles: readonly ConnectionHandle[]) {
    super();
  }

  override all(): Iterable<ConnectionHandle> {
    return this.handles;
  }

  override get(id: number): ConnectionHandle | undefined {
    return this.handles.find((handle) => handle.id === id);
  }

  override unblock(id: number): boolean {
    return this.waiting.delete(id);
  }
}

/** A reply as a RESP3 client sees it: plain values, maps as objects, errors as `-CODE text`. */
export function plain(reply: Reply): unknown {
  switch (reply.kind) {
    case 'simple':
      return reply.text;
    case 'bulk':
      return reply.value.toString();
    case 'integer':
    case 'boolean':
    case 'verbatim':
      return reply.value;
    case 'time':
      return [Math.floor(reply.micros / 1e6), reply.micros % 1e6].map(String);
    case 'null':
      return null;
    case 'array':
    case 'set':
    case 'push':
      return reply.items.map(plain);
    case 'many':
      return reply.replies.map(plain);
    case 'record':
      return Object.fromEntries(reply.fields.map(([name, value]) => [name, plain(value)]));
    case 'error':
      return `-${reply.code} ${reply.message}`;
    case 'hello':
    case 'bye':
      return plain(reply.reply);
    case 'content':
      throw new Error('a content is not plain');
  }
}

/** {@link plain} of an answer that must have come at once. */
export function plainNow(reply: Reply | Promise<Reply>): unknown {
  if (reply instanceof Promise) throw new Error('the answer did not come at once');
  return plain(reply);
}
