import { CandadoClient } from './candado-client.js';
import type { ClientOptions } from './options.js';

export { CandadoClient, type CandadoClientEvents, type ListOptions } from './candado-client.js';
export type { ChangeOptions, PutOptions } from './changes.js';
export {
  type ClockEstimate,
  ClockEstimator,
  type ClockEstimatorOptions,
} from './clocks/clock-estimator.js';
export type { Drift } from './clocks/drift.js';
export { SampleWindows } from './clocks/sample-windows.js';
export type { PutContent, Sha256Option, SizedStream } from './content.js';
export type { ContentStream } from './content-stream.js';
export {
  CandadoError,
  type CandadoErrorCode,
  ChecksumDiffers,
  type ClientErrorCode,
  ConnectionLost,
  ContentCorrupt,
  Deadlock,
  LockLost,
  ProtocolError,
  type RetryAdvice,
  type ServerErrorCode,
  Unreachable,
} from './errors.js';
export type {
  HeldLock,
  HeldLockEvents,
  LockChangeOptions,
  LockMode,
  LockPutOptions,
  WaitedFor,
} from './held-lock.js';
export type { HeldLocks } from './held-locks.js';
export type { LockOptions, Queued } from './lock-ask.js';
export type { LocksOptions } from './lock-requests.js';
export { type ClientOptions, DEFAULT_OPTIONS } from './options.js';
export type { FileStat, FileVersion, LockInfo, LockWaiter } from './records.js';
export type { GetOptions, HistoryOptions, StatOptions } from './requests.js';
export type { Argument } from './resp/encode.js';
export { ErrorReply, type RespValue } from './resp/values.js';
export { type TimeSample, timeSample } from './time-exchange.js';
export type { VerifiedGetOptions } from './verified-get.js';
export type { Received, VerifiedStream } from './verified-stream.js';
export type { FileEvent, GapEvent, LockEvent, OtherEvent, WatchEvent } from './watch/events.js';
export type { Watch } from './watch/watch.js';
export type { WatchOptions, WatchTopics, WatchWish } from './watch/wish.js';

/** Connects to Candado; see {@link CandadoClient} for what can be done then. */
export function connect(options: Partial<ClientOptions> = {}): Promise<CandadoClient> {
  return CandadoClient.connect(options);
}
