import { createHash } from 'node:crypto';
import { ContentRequest } from './content-request.js';
import type { ContentStream } from './content-stream.js';
import { CandadoError } from './errors.js';
import type { FileStat } from './records.js';
import { getArguments, statCall } from './requests.js';
import type { Request } from './transport/request.js';
import { type Received, VerifiedStream } from './verified-stream.js';
import { workMs } from './work-time.js';

export interface VerifiedGetOptions {
  /** A kept version; the current one without. */
  readonly version?: number;
  /**
   * What of this version is here already, from an earlier attempt: only the rest is sent, and the
   * checksum is that of both. Asked once more for another version where the first is pruned in
   * that moment.
   */
  readonly resume?: (stat: FileStat) => Promise<Received>;
}

/** Versions in a row that may be pruned between being looked up and being read. */
const MAX_PRUNED = 5;

type Submit = <T>(request: Request & { readonly promise: Promise<T> }) => Promise<T>;

/** Null where there is no such file or version. Rejects with `PRUNED` where versions go too fast. */
export async function getVerified(
  submit: Submit,
  name: string,
  { version, resume }: VerifiedGetOptions,
): Promise<VerifiedStream | null> {
  for (let pruned = 0; pruned < MAX_PRUNED; pruned += 1) {
    const stat = await submit(statCall(name, version === undefined ? {} : { version }));
    if (stat === null) return null;
    const received = (await resume?.(stat)) ?? { bytes: 0, hash: createHash('sha256') };
    if (received.bytes > stat.size) {
      throw new RangeError(`${received.bytes} bytes are here of a content of ${stat.size}`);
    }
    const openFrom = (offset: number): Promise<ContentStream | null> =>
      submit(new ContentRequest(rest(stat, offset), workMs(stat.size)));
    const content = await openFrom(received.bytes);
    if (content !== null) return new VerifiedStream(stat, received, content, openFrom);
  }
  const message = `versions of ${JSON.stringify(name)} are pruned faster than they can be read`;
  throw new CandadoError('PRUNED', message);
}

function rest({ name, version, size }: FileStat, offset: number): ReturnType<typeof getArguments> {
  if (offset === 0) return getArguments(name, { version });
  return getArguments(name, { version, range: { offset, length: size - offset } });
}
