import { z } from 'zod';
import type { ReplicaMessages } from '../../redis/replica-messages.js';
import type { Log } from '../../telemetry/log.js';
import type { GrantId } from '../model.js';
import type { LockKeys } from './lock-keys.js';

const MESSAGE = z.union([
  z.tuple([z.literal('granted'), z.string(), z.string(), z.coerce.number().int().positive()]),
  z.tuple([z.literal('ends'), z.string(), z.coerce.number().positive()]),
]);

export interface PushListener {
  granted(name: string, grantId: GrantId, token: number): void;
  endsIn(name: string, endsInMs: number): void;
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
    if (data[0] === 'granted') this.listener.granted(name, data[2] as GrantId, data[3]);
    else this.listener.endsIn(name, data[2]);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
