import { injectable } from 'inversify';
import { z } from 'zod';
import { Clock } from '../../clock/clock.js';
import { makeBatches } from '../../redis/batches.js';
import { RedisLink } from '../../redis/redis-link.js';
import type { SessionId } from '../model.js';
import {
  type KeptLock,
  type KeptWait,
  type OpenSession,
  type OwnedSession,
  type Ownership,
  type ResumedSession,
  SessionRecords,
} from '../session-records.js';
import { TableObserver } from '../table-observer.js';
import { LockKeys } from './lock-keys.js';
import { RedisLockTableOptions } from './options.js';
import { parseOwnerships, parseResumed } from './replies.js';
import { type ScriptArgument, ScriptRunner } from './script-runner.js';
import { SESSION_SCRIPTS, type SessionScriptName } from './script-source.js';
import { TableMemory } from './table-memory.js';

/** The most records in one script: Redis does nothing else meanwhile. */
const MAX_TOUCHED_AT_ONCE = 200;

/** What a client says that it is may be anything; only these become part of a key. */
const SESSION_ID = /^[\w.-]{1,64}$/;

const LEFT = z.tuple([z.literal('left'), z.string(), z.coerce.number().int().positive()]);

/** How every message begins that is meant for these records; all others are the lock table's. */
const LEFT_BEGINS = '["left",';

/**
 * Session records that many replicas share, in one Redis. Each is one key, changed by one script at
 * a time; what a former owner says is told by its generation.
 */
@injectable()
export class RedisSessionRecords extends SessionRecords {
  readonly #keys: LockKeys;
  readonly #runner: ScriptRunner<SessionScriptName>;
  readonly #leftListeners = new Set<(session: SessionId, generation: number) => void>();

  constructor(
    private readonly options: RedisLockTableOptions,
    private readonly link: RedisLink,
    private readonly memory: TableMemory,
    clock: Clock,
    observer: TableObserver,
  ) {
    super();
    this.#keys = new LockKeys(options.keyPrefix);
    this.#runner = new ScriptRunner(SESSION_SCRIPTS, link, clock, observer);
  }

  override async open(
    { session, secretHash, keepMs }: OpenSession,
    generation: number,
    locks: readonly KeptLock[],
  ): Promise<boolean> {
    const reply = await this.#run('session-open', session, [
      secretHash,
      keepMs,
      generation,
      this.options.replicaId,
      ...locks.flatMap(fieldsOf),
    ]);
    return reply === 1;
  }

  override async resume(wanted: OpenSession): Promise<ResumedSession | undefined> {
    const { session, secretHash, keepMs } = wanted;
    if (!SESSION_ID.test(session)) return undefined;
    const { replicaId } = this.options;
    const args = [secretHash, keepMs, replicaId, session];
    return parseResumed(await this.#run('session-resume', session, args));
  }

  override async holds(owned: OwnedSession, lock: KeptLock): Promise<Ownership> {
    return await this.#say('session-holds', owned, fieldsOf(lock));
  }

  override async gaveUp({ session, generation }: OwnedSession, name: string): Promise<void> {
    await this.#run('session-gave-up', session, [generation, name]);
  }

  override async waits(owned: OwnedSession, wait: KeptWait | undefined): Promise<Ownership> {
    const text = wait === undefined ? '' : JSON.stringify([wait.name, wait.grantId]);
    return await this.#say('session-waits', owned, [text]);
  }

  override async touch(
    owned: readonly OwnedSession[],
    keepMs: number,
  ): Promise<readonly Ownership[]> {
    const outcomes = new Map<OwnedSession, Ownership>();
    const groupOf = (name: string): string => this.link.groupOf(name);
    const records = owned.map((one) => ({ name: this.#keys.record(one.session), one }));
    for (const batch of makeBatches(records, MAX_TOUCHED_AT_ONCE, groupOf)) {
      const some = [...batch.values()].flat();
      const keys = some.map(({ name }) => name);
      const generations = some.map(({ one }) => one.generation);
      const args = [keys.length, ...keys, keepMs, ...generations];
      const answers = parseOwnerships(await this.#runner.run('session-touch', args));
      some.forEach(({ one }, index) => {
        outcomes.set(one, answers[index] ?? 'forgotten');
      });
    }
    return owned.map((one) => outcomes.get(one) ?? 'forgotten');
  }

  override async complete(): Promise<boolean> {
    await this.memory.check();
    return this.memory.settled;
  }

  override async close({ session, generation }: OwnedSession): Promise<void> {
    await this.#run('session-close', session, [generation]);
  }

  override onLeft(listener: (session: SessionId, generation: number) => void): () => void {
    const channel = this.#keys.channel(this.options.replicaId);
    const unsubscribe = this.link.subscribe(channel, (text) => {
      if (!text.startsWith(LEFT_BEGINS)) return;
      const message = LEFT.safeParse(JSON.parse(text));
      if (message.success) listener(message.data[1] as SessionId, message.data[2]);
    });
    this.#leftListeners.add(listener);
    return () => {
      unsubscribe();
      this.#leftListeners.delete(listener);
    };
  }

  override onDoubt(listener: () => Promise<void>): () => void {
    return this.memory.onDoubt(listener);
  }

  async #say(
    script: SessionScriptName,
    { session, generation }: OwnedSession,
    args: readonly ScriptArgument[],
  ): Promise<Ownership> {
    const reply = await this.#run(script, session, [generation, ...args]);
    const [ownership = 'forgotten'] = parseOwnerships([reply]);
    if (ownership === 'left') {
      for (const listener of this.#leftListeners) listener(session, generation + 1);
    }
    return ownership;
  }

  async #run(
    script: SessionScriptName,
    session: SessionId,
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    return await this.#runner.run(script, [this.#keys.record(session), ...args]);
  }
}

function fieldsOf({ name, ttlMs, keepAlive }: KeptLock): ScriptArgument[] {
  return [name, ttlMs, keepAlive ? 1 : 0];
}
