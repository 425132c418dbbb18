import type { Answer } from './scripted-server.js';

export type Field = string | number | readonly string[];

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

function encode(value: Field): string {
  if (typeof value === 'number') return `:${value}\r\n`;
  return typeof value === 'string' ? bulk(value) : `*${value.length}\r\n${value.join('')}`;
}

/** A record as RESP3 has it; an array's items are encoded already. */
export function map(fields: Readonly<Record<string, Field>>): string {
  const entries = Object.entries(fields);
  const body = entries.map(([name, value]) => bulk(name) + encode(value)).join('');
  return `%${entries.length}\r\n${body}`;
}

/** A push message of RESP3. */
export function push(...items: readonly (string | number)[]): string {
  return `>${items.length}\r\n${items.map(encode).join('')}`;
}

/** What LOCK answers. */
export function grant(token = 7, version = 2, copies = 1): string {
  return `*4\r\n:${token}\r\n:${version}\r\n:30000\r\n:${copies}\r\n`;
}

/** The sessions of a scripted server: `s1`, `s2` … in the order in which they are asked for. */
export class SessionScript {
  /** What `RESUME` brings back: tokens by name. */
  kept: Readonly<Record<string, number>> = {};
  /** Refuses `RESUME` as long as it is set. */
  refusal: string | undefined;
  /** Refuses `SESSION` as long as it is set. */
  sessionRefusal: string | undefined;
  #sessions = 0;

  constructor(readonly graceMs = 10_000) {}

  get answers(): Readonly<Record<string, Answer>> {
    return {
      SESSION: () => {
        if (this.sessionRefusal !== undefined) return `-${this.sessionRefusal}\r\n`;
        this.#sessions += 1;
        return map({ id: `s${this.#sessions}`, secret: 'x', grace: this.graceMs });
      },
      RESUME: () => {
        if (this.refusal !== undefined) return `-${this.refusal}\r\n`;
        const locks = Object.entries(this.kept).map(([name, token]) =>
          map({ name, mode: 'exclusive', token, version: 2, ttl: 30_000 }),
        );
        return `*${locks.length}\r\n${locks.join('')}`;
      },
      LOCK: () => grant(),
      UNLOCK: () => '+OK\r\n',
      PING: () => '+PONG\r\n',
      QUIT: ({ socket }) => {
        socket.end('+OK\r\n');
        return undefined;
      },
    };
  }
}

/** Cuts the connection instead of the first answer. */
export function cutOnce(answer: Answer): Answer {
  let asked = 0;
  return (seen) => {
    asked += 1;
    if (asked > 1) return answer(seen);
    seen.socket.destroy();
    return undefined;
  };
}
