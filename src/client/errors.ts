/**
 * What a server refuses with, and whether the very same call may succeed later. `docs/protocol.md`
 * says what each means.
 */
const SERVER_CODES = {
  LOCKED: true,
  TIMEOUT: true,
  NOTLOCKED: false,
  FENCED: false,
  CONFLICT: false,
  DEADLOCK: false,
  UNAVAILABLE: true,
  NAME: false,
  TOOBIG: false,
  BUSY: true,
  NOAUTH: false,
  NOPERM: false,
  NOPROTO: false,
  ERR: false,
} as const;

/** What the client itself reports. */
const CLIENT_CODES = {
  /** No connection could be made in time; the request was not sent. */
  UNREACHABLE: true,
  /** The connection broke while the request was under way: whether it took effect is unknown. */
  CONNECTIONLOST: false,
  /** The lock went with its connection, or the server said that it is somebody else's. */
  LOCKLOST: false,
  /** `close()` was called. */
  CLOSED: false,
  /** The caller's signal ended it. */
  ABORTED: false,
  /** More requests wait than `maxQueuedRequests`. */
  QUEUEFULL: true,
  /** A content is larger than `maxBufferedBytes`: read it with `getStream`. */
  REPLYTOOBIG: false,
  /** A content to send had not the length that was announced. */
  LENGTH: false,
  /** The peer does not speak RESP as Candado does. */
  PROTOCOL: false,
} as const;

export type ServerErrorCode = keyof typeof SERVER_CODES;
export type ClientErrorCode = keyof typeof CLIENT_CODES;
export type CandadoErrorCode = ServerErrorCode | ClientErrorCode;

const RETRYABLE: Readonly<Record<string, boolean>> = { ...SERVER_CODES, ...CLIENT_CODES };

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
  /** Whether the very same call may succeed when it is made again later. */
  readonly retryable: boolean;

  constructor(code: CandadoErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE[code] ?? false;
  }
}

/** The connection broke while this request was under way: whether it took effect is unknown. */
export class ConnectionLost extends CandadoError {
  override readonly name = 'ConnectionLost';
  constructor(message: string, options?: ErrorOptions) {
    super('CONNECTIONLOST', message, options);
  }
}

/** No connection in time. The request was not sent. */
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

/** The peer does not speak RESP as Candado does; its connection was cut. */
export class ProtocolError extends CandadoError {
  override readonly name = 'ProtocolError';
  constructor(message: string, options?: ErrorOptions) {
    super('PROTOCOL', message, options);
  }
}
