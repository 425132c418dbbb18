import type { Command } from '../../../src/commands/command.js';
import type { Upload } from '../../../src/commands/upload.js';
import type { Decoded } from '../../../src/dialects/dialect.js';
import { Decodings } from '../../../src/dialects/resp/decoding.js';
import { LastRequest } from '../../../src/dialects/resp/last-request.js';
import type { RequestOptions } from '../../../src/dialects/resp/request-decoder.js';
import { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';

export const MAX_FILE_BYTES = 2 * 1024 * 1024;

/** As the commands have it: `PUT name content …`, and one whose content stands first. */
export const OPTIONS: RequestOptions = {
  maxFileBytes: MAX_FILE_BYTES,
  contentIndexOf: (command) => ({ PUT: 1, STORE: 0 })[command],
  answersAlike: (command) => command === 'PING',
  lastRequest: new LastRequest(),
};

/** One for all tests: what one connection leaves behind, another would find. */
export const DECODINGS = new Decodings(OPTIONS);

/** A request as a client sends it. */
export function request(...strings: (string | Buffer)[]): Buffer {
  const parts = strings.flatMap((string) => {
    const bytes = Buffer.from(string);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${strings.length}\r\n`), ...parts]);
}

/** What a client would notice of a decoded message; bytes as Latin-1 so that failures read well. */
export type Seen =
  | { readonly command: string; readonly args: readonly string[]; readonly upload?: SeenUpload }
  | { readonly answer: string; readonly close: boolean };

export type SeenUpload =
  | {
      readonly size: number;
      readonly hasTail: boolean;
      readonly content: string;
      readonly tail: readonly string[];
    }
  | { readonly size: number; readonly hasTail: boolean; readonly aborted: string };

/** Feeds the pieces, taking all there is after each, as a connection does whose commands are quick. */
export async function decode(
  pieces: Iterable<Buffer>,
  options: RequestOptions = OPTIONS,
  afterEach: (dialect: RespDialect) => void = () => undefined,
): Promise<Seen[]> {
  const dialect = new RespDialect(options === OPTIONS ? DECODINGS : new Decodings(options));
  const seen: Promise<Seen>[] = [];
  for (const piece of pieces) {
    dialect.feed(piece, 0);
    seen.push(...seenNow(dialect));
    afterEach(dialect);
  }
  dialect.end();
  seen.push(...seenNow(dialect));
  return Promise.all(seen);
}

/** One that stands for several is seen as often. */
function seenNow(dialect: RespDialect): Promise<Seen>[] {
  return [...drain(dialect)].flatMap((decoded) => {
    const times = decoded.kind === 'command' ? (decoded.command.times ?? 1) : 1;
    return Array.from({ length: times }, () => see(decoded));
  });
}

/** All that can be decoded now. */
export function* drain(dialect: RespDialect): Generator<Decoded> {
  for (let decoded = dialect.next(); decoded !== undefined; decoded = dialect.next()) yield decoded;
}

/** The next message, which must be a command. */
export function nextCommand(dialect: RespDialect): Command {
  const decoded = dialect.next();
  if (decoded?.kind !== 'command') throw new Error(`no command, but ${JSON.stringify(decoded)}`);
  return decoded.command;
}

/** The upload of the next message, which must be a command with one. */
export function nextUpload(dialect: RespDialect): Upload {
  const { upload, name } = nextCommand(dialect);
  if (upload === undefined) throw new Error(`${name} has no upload`);
  return upload;
}

async function see(decoded: Decoded): Promise<Seen> {
  if (decoded.kind === 'answer') return { answer: decoded.bytes, close: decoded.close };
  const { name, args, upload } = decoded.command;
  const shown = { command: name, args: args.map(latin1) };
  return upload === undefined ? shown : { ...shown, upload: await seeUpload(upload) };
}

async function seeUpload(upload: Upload): Promise<SeenUpload> {
  const { size, hasTail } = upload;
  try {
    const content = latin1(await readAll(upload));
    return { size, hasTail, content, tail: (await upload.tail()).map(latin1) };
  } catch (error) {
    return { size, hasTail, aborted: String(error) };
  }
}

export async function readAll(upload: Upload): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(upload.chunks()));
}

export function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Whole, byte by byte, and cut in two at every place. */
export function* splittings(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield crumbs(bytes);
  for (let at = 1; at < bytes.length; at += 1) yield cut(bytes, [at]);
}

export function crumbs(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Cuts at these offsets, in any order; those outside do nothing. */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ends = [...offsets, bytes.length]
    .filter((end) => end > 0 && end <= bytes.length)
    .sort((a, b) => a - b);
  let start = 0;
  return ends.map((end) => {
    const piece = bytes.subarray(start, end);
    start = end;
    return piece;
  });
}
