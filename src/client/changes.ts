import { randomUUID } from 'node:crypto';
import { type PutContent, type Sha256Option, Upload } from './content.js';
import { toInteger, toIntegerOrNull } from './replies.js';
import type { Argument } from './resp/encode.js';
import { Call } from './transport/call.js';
import { COPY_MS, workMs } from './work-time.js';

/** The requests that publish, each under an id by which the server knows it again. */

export interface ChangeOptions {
  /** Without holding the lock: only if this is the current version. 0: there is none yet. */
  readonly version?: number;
  /** Do not end the lock. */
  readonly keep?: boolean;
  /**
   * Names this very change, in 1 to 64 printable ASCII characters without blanks. Asked for again
   * under the same id, by whomever, it is answered with the version that it got the first time and
   * not made twice. A random one without.
   */
  readonly requestId?: string;
}

export interface PutOptions extends ChangeOptions {
  /**
   * The content's checksum, sent behind it: a content that arrives as another one is refused with
   * {@link ChecksumDiffers}. `true`: computed while it is sent. @default false
   */
  readonly sha256?: Sha256Option;
}

/**
 * The session, and the lock with it, did not survive the connection. As long as nobody else is
 * granted the lock, what the former replica still has under way may be published yet.
 */
const LOST_WITH_ITS_SESSION = 'NOTLOCKED';

/** What a lock has to say about its own put. */
type Refusal = (sentBefore: boolean) => Error | undefined;

export function putCall(
  name: string,
  content: PutContent,
  options: PutOptions,
  refusal?: Refusal,
): Call<number> {
  const requestId = options.requestId ?? randomUUID();
  const upload = new Upload(content, options.sha256);
  return new Call({
    command: 'PUT',
    args: () => upload.encode(['PUT', name], changeArguments(options, requestId)),
    parse: toInteger,
    repeatable: () => upload.whole,
    workMs: workMs(upload.size),
    notYet: LOST_WITH_ITS_SESSION,
    lossAdvice: advice('put', name, requestId),
    ...(refusal === undefined ? {} : { refusal }),
  });
}

export function deleteCall(name: string, options: ChangeOptions): Call<number | null> {
  const requestId = options.requestId ?? randomUUID();
  return new Call({
    command: 'DELETE',
    args: [name, ...changeArguments(options, requestId)],
    parse: toIntegerOrNull,
    repeatable: true,
    notYet: LOST_WITH_ITS_SESSION,
    lossAdvice: advice('delete', name, requestId),
  });
}

/** @param version the one to copy */
export function restoreCall(
  name: string,
  version: number,
  options: ChangeOptions,
  refusal?: Refusal,
): Call<number | null> {
  const requestId = options.requestId ?? randomUUID();
  return new Call({
    command: 'RESTORE',
    args: [name, version, ...changeArguments(options, requestId)],
    parse: toIntegerOrNull,
    repeatable: true,
    workMs: COPY_MS,
    notYet: LOST_WITH_ITS_SESSION,
    lossAdvice: advice('restore', name, requestId),
    ...(refusal === undefined ? {} : { refusal }),
  });
}

function changeArguments({ version, keep }: ChangeOptions, requestId: string): readonly Argument[] {
  return [
    ...(version === undefined ? [] : ['VERSION', version]),
    ...(keep === true ? ['KEEP'] : []),
    'ID',
    requestId,
  ];
}

function advice(method: string, name: string, requestId: string): string {
  return (
    `${method} ${JSON.stringify(name)} once more with the requestId "${requestId}": if it did take ` +
    'effect you are told its version, and nothing is changed twice'
  );
}
