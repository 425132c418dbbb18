import { z } from 'zod';
import type { ReplicaMessages } from '../../redis/replica-messages.js';
import type { Log } from '../../telemetry/log.js';
import type { GrantId } from '../model.js';
import type { LockKeys } from './lock-keys.js';

const lockKey = z.string();
const grantId = z.string().transform((text) => text as GrantId);
const count = z.coerce.number().int().positive();

const MESSAGE = z.union([
  z.tuple([z.literal('granted'), lockKey, grantId, count]),
  z.tuple([z.literal('ends'), lockKey, z.coerce.number().positive()]),
  z.tuple([z.literal('superseded'), lockKey, grantId]),
  z.tuple([z.literal('broken'), lockKey, grantId, z.string(), z.string()]),
  z.tuple([z.literal('waited-for'), lockKey, count]),
  // For the session records, which listen for themselves.
  z.tuple([z.literal('left'), z.string(), z.string()]),
]);

export interface PushListener {
  granted(name: string, grantId: GrantId, token: number): void;
  endsMoved(name: string, endsInMs: number): void;
  /** The session has gone on elsewhere with what it had or waited for under this id. */
  superseded(grantId: GrantId): void;
  broken(name: string, grantId: GrantId, by: string, reason: string): void;
  waitedFor(name: string, waiting: number): void;
}

/** The messages that scripts publish to this replica. */
export class Pushes {
  #end: (() => void) | undefined;

  constructor(
    private readonly messages: ReplicaMessages,
    private readonly channel: string,
    private readonly keys: LockKeys,
    private readonly listener: PushListener,
    private readonly log: Log,
  ) {}

  open(): void {
    this.#end = this.messages.subscribe(this.channel, (text) => this.#receive(text));
  }

  close(): void {
    this.#end?.();
  }

  #receive(text: string): void {
    const message = MESSAGE.safeParse(parseJson(text));
    if (!message.success) {
      this.log.warn('redis.unknown-message', 'A message on the channel of this replica is unknown');
      return;
    }
    const { data } = message;
    const name = this.keys.nameOf(data[1]);
    switch (data[0]) {
      case 'granted':
        this.listener.granted(name, data[2], data[3]);
        break;
      case 'ends':
        this.listener.endsMoved(name, data[2]);
        break;
      case 'superseded':
        this.listener.superseded(data[2]);
        break;
      case 'broken':
        this.listener.broken(name, data[2], data[3], data[4]);
        break;
      case 'waited-for':
        this.listener.waitedFor(name, data[2]);
        break;
      case 'left':
        break;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
