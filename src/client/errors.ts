/**
 * When the same call may be made again, and after what:
 *
 * - `now`: at once, as it is;
 * - `later`: after a pause, as it is;
 * - `after-lock`: take the lock (again), and look at the file before you change it;
 * - `after-read`: look at the file first: what the call was based on may not be so any more;
 * - `after-unlock`: give up other locks first;
 * - `after-sign-in`: tell who you are first;
 * - `never`: it would be refused again.
 */
export type RetryAdvice =
  | 'now'
  | 'later'
  | 'after-lock'
  | 'after-read'
  | 'after-unlock'
  | 'after-sign-in'
  | 'never';

/** What a server refuses with. `docs/protocol.md` says what each means. */
const SERVER_CODES = {
  LOCKED: 'later',
  TIMEOUT: 'now',
  NOTLOCKED: 'after-lock',
  FENCED: 'after-lock',
  CONFLICT: 'after-read',
  CHECKSUM: 'now',
  CORRUPT: 'never',
  DEADLOCK: 'after-unlock',
  UNAVAILABLE: 'later',
  NAME: 'never',
  TOOBIG: 'never',
  BUSY: 'later',
  NOAUTH: 'after-sign-in',
  NOPERM: 'never',
  NOPROTO: 'never',
  ERR: 'never',
} as const satisfies Readonly<Record<string, RetryAdvice>>;

/** What the client itself reports. */
const CLIENT_CODES = {
  /** No connection could be made in time; nothing was changed. */
  UNREACHABLE: 'later',
  /** The connection broke while the request was under way: whether it took effect is unknown. */
  CONNECTIONLOST: 'after-read',
  /** The lock did not survive its connection, was broken, or is somebody else's. */
  LOCKLOST: 'after-lock',
  /** `close()` was called. */
  CLOSED: 'never',
  /** The caller's signal ended it. */
  ABORTED: 'never',
  /** More requests wait than `maxQueuedRequests`. */
  QUEUEFULL: 'later',
  /** A content is larger than `maxBufferedBytes`: read it with `getStream`. */
  REPLYTOOBIG: 'never',
  /** A content to send had not the length that was announced. */
  LENGTH: 'never',
  /** The version that was being read is not kept any more. */
  PRUNED: 'now',
  /** The peer does not speak RESP as Candado does. */
  PROTOCOL: 'never',
} as const satisfies Readonly<Record<string, RetryAdvice>>;

export type ServerErrorCode = keyof typeof SERVER_CODES;
export type ClientErrorCode = keyof typeof CLIENT_CODES;
export type CandadoErrorCode = ServerErrorCode | ClientErrorCode;

const RETRY: Readonly<Record<string, RetryAdvice>> = { ...SERVER_CODES, ...CLIENT_CODES };

/** Every code a {@link CandadoError} of this version can carry. */
export const ERROR_CODES: readonly CandadoErrorCode[] = [
  ...(Object.keys(SERVER_CODES) as ServerErrorCode[]),
  ...(Object.keys(CLIENT_CODES) as ClientErrorCode[]),
];

/** Everything this client rejects with. Match {@link code}, not the message. */
export class CandadoError extends Error {
  override readonly name: string = 'CandadoError';
  /** One of {@link CandadoErrorCode}, or what a newer server says. */
  readonly code: CandadoErrorCode | (string & {});
  /** When the same call may be made again, and after what. */
  readonly retry: RetryAdvice;

  constructor(code: CandadoErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retry = RETRY[code] ?? 'never';
  }

  /** Whether the very same call may succeed when it is made again, now or later. */
  get retryable(): boolean {
    return this.retry === 'now' || this.retry === 'later';
  }
}

/** The connection broke while this request was under way: whether it took effect is unknown. */
export class ConnectionLost extends CandadoError {
  override readonly name = 'ConnectionLost';
  constructor(message: string, options?: ErrorOptions) {
    super('CONNECTIONLOST', message, options);
  }
}

/** No connection in time. Nothing was changed. */
export class Unreachable extends CandadoError {
  override readonly name = 'Unreachable';
  constructor(message: string, options?: ErrorOptions) {
    super('UNREACHABLE', message, options);
  }
}

/** The lock is not held any more, though nobody here gave it up. */
export class LockLost extends CandadoError {
  override readonly name = 'LockLost';
  constructor(message: string, options?: ErrorOptions) {
    super('LOCKLOST', message, options);
  }
}

/**
 * Waiting for this lock would have closed a circle of clients that wait for each other; the message
 * says who waits for what. Nothing is queued, and what was held is still held: give some of it up,
 * or take all at once with `lockAll`.
 */
export class Deadlock extends CandadoError {
  override readonly name = 'Deadlock';
  constructor(message: string, options?: ErrorOptions) {
    super('DEADLOCK', message, options);
  }
}

/**
 * A content did not arrive as it was sent: one to put is refused by the server, and nothing was
 * changed; one that is read ends in this instead of its end.
 */
export class ChecksumDiffers extends CandadoError {
  override readonly name = 'ChecksumDiffers';
  constructor(message: string, options?: ErrorOptions) {
    super('CHECKSUM', message, options);
  }
}

/** What the server has stored is damaged. Other versions of the file may be whole. */
export class ContentCorrupt extends CandadoError {
  override readonly name = 'ContentCorrupt';
  constructor(message: string, options?: ErrorOptions) {
    super('CORRUPT', message, options);
  }
}

/** The peer does not speak RESP as Candado does; its connection was cut. */
export class ProtocolError extends CandadoError {
  override readonly name = 'ProtocolError';
  constructor(message: string, options?: ErrorOptions) {
    super('PROTOCOL', message, options);
  }
}

/** A refusal as the server sent it. */
export function serverError(code: string, message: string): CandadoError {
  switch (code) {
    case 'DEADLOCK':
      return new Deadlock(message);
    case 'CHECKSUM':
      return new ChecksumDiffers(message);
    case 'CORRUPT':
      return new ContentCorrupt(message);
    default:
      return new CandadoError(code, message);
  }
}
