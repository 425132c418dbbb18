import type { Command } from '../../commands/command.js';
import type { Reply } from '../../commands/reply.js';
import type { ReplyWriter } from '../dialect.js';
import { wallTime } from './wall-time.js';

const LINE_FEED = 0x0a;

// The practice's own spelling; its clients compare byte by byte.
const LOCKED = 'SUCCESS: File has been asociated with your address';
const DENIED = 'ERROR: File is blocked';
const MODIFIED = 'File has been modified';
const NOT_FOUND = 'File not found';

/** Replies as plain sentences, and what they tell about which files this connection has locked. */
export class TextReplies {
  /** Locked names, the latest last. */
  readonly #locked = new Map<string, Buffer>();
  #denied = false;
  #lineBreak = false;

  constructor(
    private readonly farewell: string,
    private readonly timeZone: string,
  ) {}

  /** The file that was locked last and is still held. */
  get lockedLast(): Buffer | undefined {
    return [...this.#locked.values()].at(-1);
  }

  /** Whether the last LOCK was denied. */
  get denied(): boolean {
    return this.#denied;
  }

  /** The next reply ends in a line break, as its request did. */
  expect(lineBreak: boolean): void {
    this.#lineBreak = lineBreak;
  }

  encode(command: Command, reply: Reply, out: ReplyWriter): void {
    if (command.name === 'LOCK') this.#noteLock(command, reply);
    if (command.name === 'PUT') this.#notePut(command, reply);
    if (reply.kind === 'content') {
      const lineBreak = this.#lineBreak;
      out.content(reply.content, (last) => (lineBreak && last !== LINE_FEED ? '\n' : ''));
      return;
    }
    out.text(this.#sentence(command, reply) + (this.#lineBreak ? '\n' : ''));
    if (reply.kind === 'bye') out.close();
  }

  #sentence(command: Command, reply: Reply): string {
    if (reply.kind === 'bye') return this.farewell;
    if (reply.kind === 'error') return errorSentence(command.name, reply.code, reply.message);
    switch (command.name) {
      case 'TIME':
        return wallTime(timeOf(reply), this.timeZone);
      case 'LOCK':
        return LOCKED;
      case 'PUT':
        return MODIFIED;
      default:
        return NOT_FOUND;
    }
  }

  #noteLock(command: Command, reply: Reply): void {
    const [name] = command.args;
    this.#denied = reply.kind === 'error';
    if (this.#denied || name === undefined) return;
    const key = name.toString('latin1');
    this.#locked.delete(key);
    this.#locked.set(key, Buffer.from(name));
  }

  /** A lock that the server says is gone is gone; after other refusals it is still held. */
  #notePut(command: Command, reply: Reply): void {
    const gone = reply.kind !== 'error' || reply.code === 'FENCED' || reply.code === 'NOTLOCKED';
    if (gone) this.#locked.delete(command.args[0]?.toString('latin1') ?? '');
  }
}

function errorSentence(command: string, code: string, message: string): string {
  if (command === 'LOCK' && code === 'LOCKED') return DENIED;
  if (command === 'GET' && code === 'NAME') return NOT_FOUND;
  return `ERROR: ${message.replace(/[\r\n]+/g, ' ')}`;
}

/** Of `[seconds, microseconds]`, in microseconds since the epoch. */
function timeOf(reply: Reply): number {
  if (reply.kind !== 'array') return 0;
  const [seconds, micros] = reply.items.map((item) => ('value' in item ? Number(item.value) : 0));
  return (seconds ?? 0) * 1e6 + (micros ?? 0);
}
