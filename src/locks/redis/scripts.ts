import { randomUUID } from 'node:crypto';
import { ReplyError } from 'ioredis';
import type { Clock } from '../../clock/clock.js';
import type { Batch } from '../../redis/batches.js';
import { NotConnected } from '../../redis/errors.js';
import type { RedisLink } from '../../redis/redis-link.js';
import { LockTableUnavailable } from '../errors.js';
import type { Lease, LockRequest } from '../lock-table.js';
import type { GrantId, LockMode, LockState } from '../model.js';
import type { TableObserver } from '../table-observer.js';
import type { LockKeys } from './lock-keys.js';
import {
  type AcquireReply,
  type AdvanceReply,
  type GiveUpReply,
  parseAcquire,
  parseAdvance,
  parseFlag,
  parseFlags,
  parseGiveUp,
  parseTime,
  parseToken,
  parseView,
} from './replies.js';
import { assembleScript, SCRIPT_KEYS, SCRIPT_NAMES, type ScriptName } from './script-source.js';

/** A lease that was told to a client, with all that a table which forgot it has to know. */
export interface KnownLease {
  readonly name: string;
  readonly grantId: GrantId;
  readonly session: string;
  readonly mode: LockMode;
  readonly token: number;
  readonly ttlMs: number;
  readonly holder: string;
  readonly address: string;
}

/** What else is known of a request than what it asks. */
export interface AskOptions {
  /** What is left of the wait, and how long it has lasted already, in milliseconds. */
  readonly waitMs: number;
  readonly waitedMs: number;
  readonly channel: string;
  readonly provisionalMs: number;
}

type Argument = string | number;

/** Every step that Redis takes at once, one typed function each. */
export class LockScripts {
  constructor(
    private readonly link: RedisLink,
    private readonly keys: LockKeys,
    private readonly clock: Clock,
    private readonly observer: TableObserver,
  ) {
    for (const name of SCRIPT_NAMES) {
      const numberOfKeys = SCRIPT_KEYS[name];
      link.define(name, {
        lua: assembleScript(name),
        ...(numberOfKeys === 'many' ? {} : { numberOfKeys }),
      });
    }
  }

  async acquire(request: LockRequest, ask: AskOptions): Promise<AcquireReply> {
    const reply = await this.#run('acquire', [
      ...this.keys.all(request.name),
      request.grantId,
      request.session,
      letter(request.mode),
      request.ttlMs,
      Math.max(0, Math.ceil(ask.waitMs)),
      Math.max(0, Math.floor(ask.waitedMs)),
      ask.channel,
      ask.provisionalMs,
      request.holder,
      request.address,
    ]);
    return parseAcquire(request.name, reply);
  }

  async advance(name: string, grantIds: readonly GrantId[]): Promise<AdvanceReply> {
    return parseAdvance(await this.#run('advance', [...this.keys.all(name), ...grantIds]));
  }

  async giveUp(name: string, grantId: GrantId): Promise<GiveUpReply> {
    return parseGiveUp(name, await this.#run('give-up', [...this.keys.all(name), grantId]));
  }

  async release(name: string, grantId: GrantId): Promise<boolean> {
    return parseFlag(await this.#run('release', [...this.keys.all(name), grantId]));
  }

  /** @returns how many servers have it, or undefined where the grant is not live any more */
  async confirm({ name, grantId, ttlMs }: Lease): Promise<number | undefined> {
    const key = this.keys.lock(name);
    const { reply, replicas } = await this.#timed('confirm', () =>
      this.link.callCopied('confirm', key, [key, grantId, ttlMs]),
    );
    return parseFlag(reply) ? 1 + replicas : undefined;
  }

  async raise(name: string, grantId: GrantId, token: number): Promise<number | undefined> {
    return parseToken(await this.#run('raise', [this.keys.lock(name), grantId, token]));
  }

  /** One answer for each lease, in the order of the batch. */
  async renew(batch: Batch<Lease>): Promise<boolean[]> {
    const args: Argument[] = [];
    for (const leases of batch.values()) {
      args.push(leases.length);
      for (const lease of leases) args.push(lease.grantId, lease.ttlMs);
    }
    const keys = [...batch.keys()].map((name) => this.keys.lock(name));
    return parseFlags(await this.#run('renew', [keys.length, ...keys, ...args]));
  }

  /** One answer for each lease, in the order given. */
  async announce(leases: readonly KnownLease[]): Promise<boolean[]> {
    const keys = leases.map((lease) => this.keys.lock(lease.name));
    const args = leases.flatMap((lease) => [
      lease.grantId,
      lease.session,
      letter(lease.mode),
      lease.token,
      lease.ttlMs,
      lease.holder,
      lease.address,
    ]);
    return parseFlags(await this.#run('announce', [keys.length, ...keys, ...args]));
  }

  async inspect(names: readonly string[]): Promise<LockState[]> {
    if (names.length === 0) return [];
    const keys = names.flatMap((name) => this.keys.all(name).slice(0, 2));
    const reply = await this.#run('inspect', [keys.length, ...keys]);
    return names.map((name, index) =>
      parseView(name, Array.isArray(reply) ? reply[index] : undefined),
    );
  }

  async endExpired(name: string): Promise<LockState> {
    return parseView(name, await this.#run('end-expired', this.keys.all(name)));
  }

  /** A walk over all locks, `count` keys a step. */
  async *scan(count: number): AsyncGenerator<string[]> {
    for (const master of this.link.masters) {
      let cursor = '0';
      do {
        const [next, keys] = await this.#send(() =>
          master.scan(cursor, 'MATCH', this.keys.everyLock, 'COUNT', count),
        );
        yield keys.map((key) => this.keys.nameOf(key));
        cursor = next;
      } while (cursor !== '0');
    }
  }

  /** Redis's own clock, in microseconds since the epoch. */
  async time(): Promise<number> {
    return parseTime(await this.#send(() => this.link.sendToAny((client) => client.time())));
  }

  /** What tells this memory of Redis from one that began later. */
  async epoch(): Promise<string> {
    const mine: string = randomUUID();
    const keys = await this.#send(async () => this.link.keyOnEach(this.keys.epoch));
    const epochs = keys.map(async (key) => {
      const known = await this.#send(() =>
        this.link.send(key, (client) => client.set(key, mine, 'NX', 'GET')),
      );
      return `${key} ${known ?? mine}`;
    });
    return (await Promise.all(epochs)).join('\n');
  }

  async #run(script: ScriptName, args: readonly Argument[]): Promise<unknown> {
    const key = String(SCRIPT_KEYS[script] === 'many' ? args[1] : args[0]);
    return await this.#timed(script, () => this.link.call(script, key, args));
  }

  async #timed<T>(script: ScriptName, call: () => Promise<T>): Promise<T> {
    const begunMs = this.clock.monotonicMs();
    let ok = false;
    try {
      const reply = await this.#send(call);
      ok = true;
      return reply;
    } finally {
      this.observer.scriptRan(script, (this.clock.monotonicMs() - begunMs) / 1000, ok);
    }
  }

  async #send<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (error instanceof NotConnected) {
        throw new LockTableUnavailable('the lock table in Redis cannot be reached', false);
      }
      // An error that Redis itself answered with: it refused. It carries the whole script along,
      // so its message is all that is kept.
      if (error instanceof ReplyError) {
        throw new LockTableUnavailable(`Redis refused: ${(error as Error).message}`, false);
      }
      throw new LockTableUnavailable('the lock table in Redis did not answer', true, {
        cause: error,
      });
    }
  }
}

function letter(mode: LockMode): 'x' | 's' {
  return mode === 'exclusive' ? 'x' : 's';
}
