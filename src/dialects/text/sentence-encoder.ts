import type { Reply } from '../../commands/reply.js';
import type { ReplyWriter } from '../dialect.js';
import { WallTime } from './wall-time.js';

const LF = 0x0a;

/** Replies to sentences, byte for byte as existing clients compare them ([T-5]). */
export class SentenceEncoder {
  readonly #wallTime: WallTime;

  /**
   * @param endText the answer to the word that ends the connection
   * @param zone IANA name of the time zone `TIME` answers in
   */
  constructor(
    private readonly endText: string,
    zone: string,
  ) {
    this.#wallTime = new WallTime(zone);
  }

  /**
   * @param command upper-case name of the command that is answered
   * @param lineBreak whether its message ended in a line break, and so does its answer
   */
  encode(command: string, reply: Reply, lineBreak: boolean, out: ReplyWriter): void {
    if (reply.kind === 'content') {
      out.content(reply.content, (lastByte) => (lineBreak && lastByte !== LF ? '\n' : ''));
      return;
    }
    out.text(this.#sentence(command, reply) + (lineBreak ? '\n' : ''));
    if (reply.kind === 'bye') out.close();
  }

  #sentence(command: string, reply: Reply): string {
    if (reply.kind === 'error') {
      if (command === 'GET' && reply.code === 'NAME') return 'File not found';
      if (command === 'LOCK' && reply.code === 'LOCKED') return 'ERROR: File is blocked';
      return `ERROR: ${reply.message}`;
    }
    switch (command) {
      case 'TIME':
        return this.#time(reply);
      case 'GET':
        return 'File not found';
      case 'LOCK':
        return 'SUCCESS: File has been asociated with your address';
      case 'PUT':
        return 'File has been modified';
      case 'BYE':
        return this.endText;
      default:
        throw new TypeError(`the text dialect never sends ${command}`);
    }
  }

  #time(reply: Reply): string {
    if (reply.kind !== 'time') throw new TypeError('TIME is answered with the time');
    return this.#wallTime.text(reply.micros);
  }
}
