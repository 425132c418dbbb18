import { createHash } from 'node:crypto';
import type { Answer, Seen } from './scripted-server.js';
import { map } from './session-script.js';

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function bulk(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** What STAT answers of a version of `a`. */
export function statOf(content: string | Buffer, version = 3): string {
  return map({
    name: 'a',
    size: Buffer.byteLength(content),
    version,
    modified: 1_700_000_000_123_456,
    sha256: sha256(content),
    locked: 'free',
  });
}

/** What of a content a GET asks for: all, or its RANGE. */
export function askedOf(content: string | Buffer, { args }: Seen): Buffer {
  const bytes = Buffer.from(content);
  const range = args.indexOf('RANGE');
  if (range < 0) return bytes;
  const [offset, length] = [Number(args[range + 1]), Number(args[range + 2])];
  return bytes.subarray(offset, offset + length);
}

/** A server's answers about one file `a` of one version. */
export function fileAnswers(content: string | Buffer): Readonly<Record<'STAT' | 'GET', Answer>> {
  return {
    STAT: () => statOf(content),
    GET: (seen) => bulk(askedOf(content, seen)),
  };
}

/** The first `cuts` answers to GET break off after `bytes` bytes. */
export function breakingOff(content: string, cuts: number, bytes: number): Answer {
  let answers = 0;
  return (seen) => {
    answers += 1;
    const asked = askedOf(content, seen);
    if (answers > cuts) return bulk(asked);
    seen.socket.end(Buffer.concat([Buffer.from(`$${asked.length}\r\n`), asked.subarray(0, bytes)]));
    return undefined;
  };
}
