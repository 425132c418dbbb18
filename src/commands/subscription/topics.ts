import { isUtf8 } from 'node:buffer';
import type { Subscriber, Subscriptions } from '../../events/subscriber.js';
import type { Subscribers } from '../../events/subscribers.js';
import { parseFileName } from '../../files/file-name.js';
import { printable } from '../arguments.js';
import { Refusal } from '../refusal.js';
import { MAX_CHANNEL_BYTES, MAX_PATTERN_BYTES, MAX_PATTERNS, MAX_SUBSCRIPTIONS } from './limits.js';

/** What sets channels and patterns apart. */
export interface Topics {
  /** What confirmations of these begin with. */
  readonly begun: string;
  readonly ended: string;
  /** How many a connection may have, and of how many bytes together. */
  readonly most: number;
  readonly mostBytes: number;
  /** One as a client sent it. @throws {Refusal} */
  read(bytes: Buffer): string;
  of(subscriptions: Subscriptions): ReadonlySet<string>;
  add(subscribers: Subscribers, subscriber: Subscriber, topic: string): void;
  remove(subscribers: Subscribers, subscriber: Subscriber, topic: string): void;
}

export const CHANNELS: Topics = {
  begun: 'subscribe',
  ended: 'unsubscribe',
  most: MAX_SUBSCRIPTIONS,
  mostBytes: MAX_CHANNEL_BYTES,
  read: channelOf,
  of: ({ channels }) => channels,
  add: (subscribers, subscriber, topic) => subscribers.subscribe(subscriber, topic),
  remove: (subscribers, subscriber, topic) => subscribers.unsubscribe(subscriber, topic),
};

export const PATTERNS: Topics = {
  begun: 'psubscribe',
  ended: 'punsubscribe',
  most: MAX_PATTERNS,
  mostBytes: MAX_PATTERN_BYTES,
  read: patternOf,
  of: ({ patterns }) => patterns,
  add: (subscribers, subscriber, topic) => subscribers.subscribePattern(subscriber, topic),
  remove: (subscribers, subscriber, topic) => subscribers.unsubscribePattern(subscriber, topic),
};

const KINDS = ['file:', 'lock:'];

/** Both kinds begin with as many bytes. */
const KIND_BYTES = 5;

function channelOf(bytes: Buffer): string {
  const kind = bytes.toString('latin1', 0, KIND_BYTES);
  if (!KINDS.includes(kind)) {
    throw new Refusal(
      'ERR',
      `no channel "${printable(bytes.toString('latin1'))}": there are file:<name>, for what becomes of a file, and lock:<name>, of its lock`,
    );
  }
  const name = parseFileName(bytes.subarray(KIND_BYTES));
  if (!name.ok) throw new Refusal('NAME', name.problem);
  return kind + name.name;
}

function patternOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Refusal('ERR', 'a pattern must be valid UTF-8');
  return bytes.toString('utf8');
}
