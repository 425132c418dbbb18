import { CandadoClient } from './candado-client.js';
import type { ClientOptions } from './options.js';

export { CandadoClient, type CandadoClientEvents, type ListOptions } from './candado-client.js';
export type { PutContent, SizedStream } from './content.js';
export type { ContentStream } from './content-stream.js';
export {
  CandadoError,
  type CandadoErrorCode,
  type ClientErrorCode,
  ConnectionLost,
  LockLost,
  ProtocolError,
  type ServerErrorCode,
  Unreachable,
} from './errors.js';
export type { HeldLock, LockMode } from './held-lock.js';
export type { LockOptions } from './locking.js';
export { type ClientOptions, DEFAULT_OPTIONS } from './options.js';
export type { FileStat, LockInfo } from './records.js';
export type { GetOptions, PutOptions } from './requests.js';
export type { Argument } from './resp/encode.js';
export { ErrorReply, type RespValue } from './resp/values.js';
export type { TimeSample } from './time-exchange.js';

/** Connects to Candado; see {@link CandadoClient} for what can be done then. */
export function connect(options: Partial<ClientOptions> = {}): Promise<CandadoClient> {
  return CandadoClient.connect(options);
}
