import { ProtocolError } from './errors.js';
import { type FileStat, type FileVersion, toFileStat, toFileVersion } from './records.js';
import { toArray, toInteger, toIntegers, toText } from './replies.js';
import type { Argument } from './resp/encode.js';
import { encodeRequest } from './resp/encode.js';
import { type TimeSample, timeSample } from './time-exchange.js';
import { Call } from './transport/call.js';

/** The commands that only read, each as a request with a typed answer. */

export interface GetOptions {
  /** A kept version; the current one without. */
  readonly version?: number;
  /** In bytes. */
  readonly range?: { readonly offset: number; readonly length: number };
}

export interface StatOptions {
  /** A kept version; the current one without. */
  readonly version?: number;
}

export interface HistoryOptions {
  /** At most that many, the newest; every kept one without. */
  readonly count?: number;
}

const ok = (): undefined => undefined;

export function pingCall(): Call<undefined> {
  return new Call({ command: 'PING', args: [], parse: ok, repeatable: true });
}

export function timeCall(): Call<number> {
  return new Call({
    command: 'TIME',
    args: [],
    repeatable: true,
    parse: (value) => {
      const [seconds, micros] = toArray(value);
      // Redis, too, sends both numbers as strings.
      return toInteger(Number(toText(seconds))) * 1_000_000 + toInteger(Number(toText(micros)));
    },
  });
}

/**
 * Both sides stamp a message before they encode it, as its stamp is part of it: what that takes is
 * nearly the same there and back, and so no error of the offset.
 *
 * @param clock microseconds since the epoch, whole, for a value of `performance.now()`
 */
export function exchangeTimeCall(clock: (nowMs: number) => number): Call<TimeSample> {
  let sentAt = 0;
  return new Call({
    command: 'TIME',
    repeatable: true,
    immediate: true,
    args: () => {
      sentAt = clock(performance.now());
      return { head: encodeRequest(['TIME', sentAt]) };
    },
    parse: (value, readAtMs) => {
      const returnedAt = clock(readAtMs);
      const [echoed = 0, receivedAt = 0, answeredAt = 0] = toIntegers(value, 3);
      if (echoed !== sentAt) throw new ProtocolError('TIME answered another request than this one');
      return timeSample(sentAt, receivedAt, answeredAt, returnedAt);
    },
  });
}

export function getArguments(name: string, { version, range }: GetOptions): readonly Argument[] {
  return [
    name,
    ...(version === undefined ? [] : ['VERSION', version]),
    ...(range === undefined ? [] : ['RANGE', range.offset, range.length]),
  ];
}

export function getCall(name: string, options: GetOptions): Call<Buffer | null> {
  return new Call({
    command: 'GET',
    args: getArguments(name, options),
    repeatable: true,
    parse: (value) => {
      if (value === null || Buffer.isBuffer(value)) return value;
      throw new ProtocolError('GET was answered with something that is no content');
    },
  });
}

export function statCall(name: string, { version }: StatOptions): Call<FileStat | null> {
  return new Call({
    command: 'STAT',
    args: [name, ...(version === undefined ? [] : ['VERSION', version])],
    repeatable: true,
    parse: (value) => (value === null ? null : toFileStat(value)),
  });
}

export function historyCall(name: string, { count }: HistoryOptions): Call<readonly FileVersion[]> {
  return new Call<readonly FileVersion[]>({
    command: 'HISTORY',
    args: [name, ...(count === undefined ? [] : ['COUNT', count])],
    repeatable: true,
    parse: (value) => toArray(value).map(toFileVersion),
  });
}

export interface ListPage {
  /** Undefined after the last page. */
  readonly next: string | undefined;
  readonly names: readonly string[];
}

/** Where a listing begins, and what is answered when it has ended. */
export const EDGE_CURSOR = '';

export function listCall(
  pattern: string | undefined,
  cursor: string,
  count: number,
): Call<ListPage> {
  return new Call<ListPage>({
    command: 'LIST',
    args: [...(pattern === undefined ? [] : [pattern]), 'CURSOR', cursor, 'COUNT', count],
    repeatable: true,
    parse: (value) => {
      const [next, names] = toArray(value);
      const cursorAfter = toText(next);
      return {
        next: cursorAfter === EDGE_CURSOR ? undefined : cursorAfter,
        names: toArray(names).map(toText),
      };
    },
  });
}
