import type { Clock } from '../../clock/clock.js';
import type { Batch } from '../../redis/batches.js';
import type { RedisLink } from '../../redis/redis-link.js';
import type { Break, Confirmation, Lease, LockRequest, TakeOver } from '../lock-table.js';
import type { GrantId, LockHolder, LockMode, LockState, SessionId } from '../model.js';
import type { KeptWait } from '../session-records.js';
import type { TableObserver } from '../table-observer.js';
import type { LockKeys } from './lock-keys.js';
import {
  type AcquireReply,
  type AdvanceReply,
  type GiveUpReply,
  type Obstacle,
  parseAcquire,
  parseAdvance,
  parseFlag,
  parseFlags,
  parseGiveUp,
  parseHolders,
  parseObstacles,
  parseRelease,
  parseTakeOver,
  parseTime,
  parseToken,
  parseVerdicts,
  parseView,
  parseWait,
  type ReleaseReply,
  type TakeOverReply,
  type Verdict,
} from './replies.js';
import { type ScriptArgument, ScriptRunner } from './script-runner.js';
import { LOCK_SCRIPTS, type LockScriptName } from './script-source.js';

/** A lease that was told to a client, with all that a table which forgot it has to know. */
export interface KnownLease {
  readonly name: string;
  readonly grantId: GrantId;
  readonly session: SessionId;
  readonly mode: LockMode;
  readonly token: number;
  readonly ttlMs: number;
  readonly holder: string;
  readonly address: string;
  readonly note: string;
  readonly generation: number;
}

/** What is left of a known lease, in milliseconds; 0: it ran out, as far as is known here. */
export interface Announcement extends KnownLease {
  readonly leftMs: number;
}

/** A request that was given a lock before the table was told. */
export interface Heir extends Lease {
  readonly token: number;
  /** When its lease began, as it was told; monotonic. */
  readonly sinceMs: number;
}

/** What else is known of a request than what it asks. */
export interface AskOptions {
  /** What is left of the wait, in milliseconds. */
  readonly waitMs: number;
  /** The place that it had in a queue which was lost; absent where it is a new request. */
  readonly order: number | undefined;
  readonly provisionalMs: number;
  /** Whether the lease is to run in full from the grant on. */
  readonly outright: boolean;
}

/** Every step that Redis takes at once, one typed function each. */
export class LockScripts {
  readonly #runner: ScriptRunner<LockScriptName>;

  constructor(
    private readonly link: RedisLink,
    private readonly keys: LockKeys,
    /** Who asks: grants and messages go there. */
    private readonly replicaId: string,
    clock: Clock,
    observer: TableObserver,
  ) {
    this.#runner = new ScriptRunner(LOCK_SCRIPTS, link, clock, observer);
  }

  async acquire(request: LockRequest, ask: AskOptions): Promise<AcquireReply> {
    const reply = await this.#runner.run('acquire', [
      ...this.keys.all(request.name),
      request.grantId,
      request.session,
      letter(request.mode),
      request.ttlMs,
      Math.max(0, Math.ceil(ask.waitMs)),
      ask.order ?? '',
      this.replicaId,
      ask.provisionalMs,
      request.holder,
      request.address,
      request.note,
      request.generation,
      request.inPlaceOf ?? '',
      ask.outright ? request.ttlMs : 0,
    ]);
    return parseAcquire(request.name, reply);
  }

  async advance(name: string, grantIds: readonly GrantId[]): Promise<AdvanceReply> {
    return parseAdvance(await this.#runner.run('advance', [...this.keys.all(name), ...grantIds]));
  }

  async giveUp(name: string, grantId: GrantId): Promise<GiveUpReply> {
    return parseGiveUp(name, await this.#runner.run('give-up', [...this.keys.all(name), grantId]));
  }

  async release(name: string, grantId: GrantId, heir?: Heir): Promise<ReleaseReply> {
    const keys = this.keys.all(name);
    const args = [...keys, grantId, this.replicaId, heir?.grantId ?? '', heir?.token ?? 0];
    return parseRelease(await this.#runner.run('release', args));
  }

  /** The grant, which was outright, is to be confirmed within that time, or passes on. */
  async loosen(name: string, grantId: GrantId, provisionalMs: number): Promise<void> {
    await this.#runner.run('loosen', [this.keys.lock(name), grantId, provisionalMs]);
  }

  /** @returns how many servers have it, or undefined where the grant is not live any more */
  async confirm({ name, grantId, ttlMs }: Lease): Promise<number | undefined> {
    const args = [this.keys.lock(name), grantId, ttlMs];
    const { reply, replicas } = await this.#runner.runCopied('confirm', args);
    return parseFlag(reply) ? 1 + replicas : undefined;
  }

  async raise(name: string, grantId: GrantId, token: number): Promise<number | undefined> {
    return parseToken(await this.#runner.run('raise', [this.keys.lock(name), grantId, token]));
  }

  /** One answer for each lease, in the order of the batch. */
  async renew(batch: Batch<Lease>): Promise<boolean[]> {
    const args: ScriptArgument[] = [];
    for (const leases of batch.values()) {
      args.push(leases.length);
      for (const lease of leases) args.push(lease.grantId, lease.ttlMs);
    }
    const keys = [...batch.keys()].map((name) => this.keys.lock(name));
    return parseFlags(await this.#runner.run('renew', [keys.length, ...keys, ...args]));
  }

  /** One answer for each lease, in the order given. */
  async announce(leases: readonly Announcement[]): Promise<Verdict[]> {
    const keys = leases.map((lease) => this.keys.lock(lease.name));
    const args = leases.flatMap((lease) => [
      lease.grantId,
      lease.session,
      letter(lease.mode),
      lease.token,
      lease.ttlMs,
      Math.max(0, Math.floor(lease.leftMs)),
      lease.holder,
      lease.address,
      lease.note,
      this.replicaId,
      lease.generation,
    ]);
    return parseVerdicts(await this.#runner.run('announce', [keys.length, ...keys, ...args]));
  }

  async takeOver(request: TakeOver): Promise<(TakeOverReply & Confirmation) | undefined> {
    const { reply, replicas } = await this.#runner.runCopied('take-over', [
      ...this.keys.all(request.name),
      request.session,
      request.generation,
      request.grantId,
      request.ttlMs,
      request.address,
      this.replicaId,
    ]);
    const taken = parseTakeOver(reply);
    return taken && { ...taken, copies: 1 + replicas };
  }

  async break({ name, token, by, reason }: Break): Promise<LockHolder[]> {
    return parseHolders(
      await this.#runner.run('break', [...this.keys.all(name), token, by, reason]),
    );
  }

  /** Who keeps the lock from a request that waits for it; from anybody, where none is given. */
  async holders(name: string, waiting?: GrantId): Promise<Obstacle[]> {
    return parseObstacles(
      await this.#runner.run('holders', [...this.keys.all(name), waiting ?? '']),
    );
  }

  /** Says what a session waits for; forgotten after `forMs`. */
  async leaveHint(session: SessionId, wait: KeptWait, forMs: number): Promise<void> {
    const key = this.keys.waits(session);
    const text = JSON.stringify([wait.name, wait.grantId]);
    const keepMs = Math.max(1, Math.ceil(forMs));
    await this.#runner.send(() =>
      this.link.send(key, (client) => client.set(key, text, 'PX', keepMs)),
    );
  }

  /** What a session said last that it waits for; that may be over. */
  async hintOf(session: SessionId): Promise<KeptWait | undefined> {
    const key = this.keys.waits(session);
    return parseWait(
      await this.#runner.send(() => this.link.send(key, (client) => client.get(key))),
    );
  }

  async inspect(names: readonly string[]): Promise<LockState[]> {
    if (names.length === 0) return [];
    const keys = names.flatMap((name) => this.keys.all(name));
    const reply = await this.#runner.run('inspect', [keys.length, ...keys]);
    return names.map((name, index) =>
      parseView(name, Array.isArray(reply) ? reply[index] : undefined),
    );
  }

  async endExpired(name: string): Promise<LockState> {
    return parseView(name, await this.#runner.run('end-expired', this.keys.all(name)));
  }

  /** A walk over all locks, `count` keys a step. */
  async *scan(count: number): AsyncGenerator<string[]> {
    for (const master of this.link.masters) {
      let cursor = '0';
      do {
        const [next, keys] = await this.#runner.send(() =>
          master.scan(cursor, 'MATCH', this.keys.everyLock, 'COUNT', count),
        );
        yield keys.map((key) => this.keys.nameOf(key));
        cursor = next;
      } while (cursor !== '0');
    }
  }

  /** Redis's own clock, in microseconds since the epoch. */
  async time(): Promise<number> {
    return parseTime(await this.#runner.send(() => this.link.sendToAny((client) => client.time())));
  }
}

function letter(mode: LockMode): 'x' | 's' {
  return mode === 'exclusive' ? 'x' : 's';
}
