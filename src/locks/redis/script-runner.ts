import { ReplyError } from 'ioredis';
import type { Clock } from '../../clock/clock.js';
import type { CopiedReply } from '../../redis/copied-writes.js';
import { NotConnected } from '../../redis/errors.js';
import type { RedisLink } from '../../redis/redis-link.js';
import { LockTableUnavailable } from '../errors.js';
import type { TableObserver } from '../table-observer.js';
import { assembleScript, SCRIPT_KEYS, type ScriptName } from './script-source.js';

export type ScriptArgument = string | number;

/** Runs scripts and commands; whatever goes wrong is a {@link LockTableUnavailable}. */
export class ScriptRunner<Name extends ScriptName> {
  constructor(
    names: readonly Name[],
    private readonly link: RedisLink,
    private readonly clock: Clock,
    private readonly observer: TableObserver,
  ) {
    for (const name of names) {
      const numberOfKeys = SCRIPT_KEYS[name];
      link.define(name, {
        lua: assembleScript(name),
        ...(numberOfKeys === 'many' ? {} : { numberOfKeys }),
      });
    }
  }

  /** @param args keys, then arguments; in front the number of keys where that is not fixed */
  async run(script: Name, args: readonly ScriptArgument[]): Promise<unknown> {
    return await this.#timed(script, () => this.link.call(script, firstKey(script, args), args));
  }

  /** The same for what replicas of Redis shall have, too, where they are asked. */
  async runCopied(script: Name, args: readonly ScriptArgument[]): Promise<CopiedReply> {
    const key = firstKey(script, args);
    return await this.#timed(script, () => this.link.callCopied(script, key, args));
  }

  async send<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #timed<T>(script: Name, call: () => Promise<T>): Promise<T> {
    const begunMs = this.clock.monotonicMs();
    let ok = false;
    try {
      const reply = await this.send(call);
      ok = true;
      return reply;
    } finally {
      this.observer.scriptRan(script, (this.clock.monotonicMs() - begunMs) / 1000, ok);
    }
  }
}

/** What went wrong between here and Redis, as the lock table says it. */
export function unavailable(error: unknown): LockTableUnavailable {
  if (error instanceof NotConnected) {
    return new LockTableUnavailable('the lock table in Redis cannot be reached', false);
  }
  // An error that Redis itself answered with: it refused. It carries the whole script along, so its
  // message is all that is kept.
  if (error instanceof ReplyError) {
    return new LockTableUnavailable(`Redis refused: ${(error as Error).message}`, false);
  }
  return new LockTableUnavailable('the lock table in Redis did not answer', true, {
    cause: error,
  });
}

function firstKey(script: ScriptName, args: readonly ScriptArgument[]): string {
  return String(SCRIPT_KEYS[script] === 'many' ? args[1] : args[0]);
}
