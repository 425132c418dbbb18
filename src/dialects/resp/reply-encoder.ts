import type { Reply } from '../../commands/reply.js';
import type { ReplyWriter } from '../dialect.js';
import type { TimeText } from './time-text.js';

/** `-CODE message`. A line break would end the line early and shift all replies behind it. */
export function errorLine(code: string, message: string): string {
  return `-${code} ${oneLine(message)}\r\n`;
}

/**
 * Replies in RESP2, or in RESP3 since a reply of kind `hello` said so
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/).
 */
export class ReplyEncoder {
  #protocol: 2 | 3 = 2;
  /** What was encoded since the last part that is no text. */
  #text = '';

  constructor(private readonly timeText: TimeText) {}

  /** @param times how often, one behind the other */
  encode(reply: Reply, out: ReplyWriter, times = 1): void {
    this.#encode(reply, out);
    // Strings joined one by one are a list of pieces, which is gone through when it is written.
    if (reply.kind === 'time' || reply.kind === 'simple') this.#text = this.#text.repeat(times);
    else for (let done = 1; done < times; done++) this.#encode(reply, out);
    this.#flush(out);
  }

  #encode(reply: Reply, out: ReplyWriter): void {
    switch (reply.kind) {
      case 'simple':
        this.#text += `+${oneLine(reply.text)}\r\n`;
        return;
      case 'integer':
        this.#text += `:${reply.value}\r\n`;
        return;
      case 'bulk':
        this.#bulk(reply.value, out);
        return;
      case 'verbatim':
        this.#verbatim(reply.value);
        return;
      case 'time':
        this.#text += this.timeText.of(reply.micros);
        return;
      case 'boolean':
        this.#boolean(reply.value);
        return;
      case 'null':
        this.#text += this.#protocol === 3 ? '_\r\n' : '$-1\r\n';
        return;
      case 'array':
        this.#items('*', reply.items, out);
        return;
      case 'set':
        this.#items(this.#protocol === 3 ? '~' : '*', reply.items, out);
        return;
      case 'push':
        this.#items(this.#protocol === 3 ? '>' : '*', reply.items, out);
        return;
      case 'many':
        for (const each of reply.replies) this.#encode(each, out);
        return;
      case 'record':
        this.#record(reply.fields, out);
        return;
      case 'content':
        this.#text += `$${reply.content.size}\r\n`;
        this.#flush(out);
        out.content(reply.content, () => '\r\n');
        return;
      case 'error':
        this.#text += errorLine(reply.code, reply.message);
        return;
      case 'hello':
        this.#protocol = reply.protocol;
        this.#encode(reply.reply, out);
        return;
      case 'bye':
        this.#encode(reply.reply, out);
        this.#flush(out);
        out.close();
        return;
    }
  }

  #bulk(value: string | Buffer, out: ReplyWriter): void {
    if (typeof value === 'string') {
      this.#text += `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
      return;
    }
    this.#text += `$${value.length}\r\n`;
    if (value.length > 0) {
      this.#flush(out);
      out.bytes(value);
    }
    this.#text += '\r\n';
  }

  #verbatim(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.#text +=
      this.#protocol === 3
        ? `=${bytes + 'txt:'.length}\r\ntxt:${value}\r\n`
        : `$${bytes}\r\n${value}\r\n`;
  }

  #boolean(value: boolean): void {
    if (this.#protocol === 3) this.#text += value ? '#t\r\n' : '#f\r\n';
    else this.#text += value ? ':1\r\n' : ':0\r\n';
  }

  #items(marker: string, items: readonly Reply[], out: ReplyWriter): void {
    this.#text += `${marker}${items.length}\r\n`;
    for (const item of items) this.#encode(item, out);
  }

  #record(fields: readonly (readonly [string, Reply])[], out: ReplyWriter): void {
    this.#text += this.#protocol === 3 ? `%${fields.length}\r\n` : `*${2 * fields.length}\r\n`;
    for (const [field, value] of fields) {
      this.#bulk(field, out);
      this.#encode(value, out);
    }
  }

  #flush(out: ReplyWriter): void {
    if (this.#text === '') return;
    out.text(this.#text);
    this.#text = '';
  }
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
