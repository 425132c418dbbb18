import type { LockMode } from '../held-lock.js';

/** Something happened to a file. */
export type FileEvent =
  | {
      readonly kind: 'file';
      readonly event: 'put';
      readonly name: string;
      readonly version: number;
      readonly size: number;
    }
  | {
      readonly kind: 'file';
      readonly event: 'delete';
      readonly name: string;
      readonly version: number;
    };

type Mode = LockMode | (string & {});

/** Something happened to the lock of a file. */
export type LockEvent =
  | {
      readonly kind: 'lock';
      readonly event: 'granted';
      readonly name: string;
      readonly mode: Mode;
      readonly token: number;
      /** How the holder calls itself; empty if it did not say. */
      readonly holder: string;
      readonly address: string;
    }
  | {
      readonly kind: 'lock';
      /** `expired`: its lease ran out, and somebody else was granted it or it ended for good. */
      readonly event: 'released' | 'expired';
      readonly name: string;
      readonly mode: Mode;
      readonly token: number;
    }
  | {
      readonly kind: 'lock';
      readonly event: 'broken';
      readonly name: string;
      readonly token: number;
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'lock';
      readonly event: 'queued';
      readonly name: string;
      /** How many wait now. */
      readonly waiting: number;
    };

/** The connection was made again: what happened meanwhile is not told. */
export interface GapEvent {
  readonly kind: 'watch';
  readonly event: 'gap';
  /** Why it had to be. */
  readonly reason: string;
}

/** What a newer server tells and this client does not know. */
export interface OtherEvent {
  readonly kind: 'other';
  readonly event: 'other';
  readonly channel: string;
  /** As it came; usually a JSON object. */
  readonly message: string;
}

export type WatchEvent = FileEvent | LockEvent | GapEvent | OtherEvent;

type Fields = Readonly<Record<string, unknown>>;

/** A message of the channel `file:<name>` or `lock:<name>`. */
export function toWatchEvent(channel: string, message: string): WatchEvent {
  const fields = parse(message);
  const colon = channel.indexOf(':');
  const [kind, name] = [channel.slice(0, colon), channel.slice(colon + 1)];
  const known = kind === 'file' ? fileEvent(name, fields) : lockEvent(kind, name, fields);
  return known ?? { kind: 'other', event: 'other', channel, message };
}

function fileEvent(name: string, fields: Fields): FileEvent | undefined {
  const { event, version, size } = fields;
  if (typeof version !== 'number') return undefined;
  if (event === 'delete') return { kind: 'file', event, name, version };
  if (event !== 'put' || typeof size !== 'number') return undefined;
  return { kind: 'file', event, name, version, size };
}

function lockEvent(kind: string, name: string, fields: Fields): LockEvent | undefined {
  if (kind !== 'lock') return undefined;
  const { event, token, waiting } = fields;
  if (event === 'queued' && typeof waiting === 'number') return { kind, event, name, waiting };
  if (typeof token !== 'number') return undefined;
  const text = (field: string): string => {
    const value = fields[field];
    return typeof value === 'string' ? value : '';
  };
  const mode = text('mode');
  switch (event) {
    case 'granted':
      return { kind, event, name, mode, token, holder: text('holder'), address: text('address') };
    case 'released':
    case 'expired':
      return { kind, event, name, mode, token };
    case 'broken':
      return { kind, event, name, token, by: text('by'), reason: text('reason') };
    default:
      return undefined;
  }
}

function parse(message: string): Fields {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}
