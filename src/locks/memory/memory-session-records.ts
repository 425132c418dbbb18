import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
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

interface SessionEntry {
  readonly secretHash: string;
  readonly locks: Map<string, KeptLock>;
  generation: number;
  wait: KeptWait | undefined;
  /** Monotonic. */
  forgetAtMs: number;
}

/** The sessions of one process: whoever resumes one here had it here. */
@injectable()
export class MemorySessionRecords extends SessionRecords {
  /** Those that were kept last come last. */
  readonly #entries = new Map<SessionId, SessionEntry>();

  constructor(private readonly clock: Clock) {
    super();
  }

  /** How many there are; some of them may be forgotten already. */
  get size(): number {
    return this.#entries.size;
  }

  override async open(
    { session, secretHash, keepMs }: OpenSession,
    generation: number,
    locks: readonly KeptLock[],
  ): Promise<boolean> {
    if (this.#find(session) !== undefined) return false;
    this.#dropForgotten();
    this.#entries.set(session, {
      secretHash,
      generation,
      locks: new Map(locks.map((lock) => [lock.name, lock])),
      wait: undefined,
      forgetAtMs: this.clock.monotonicMs() + keepMs,
    });
    return true;
  }

  override async resume({
    session,
    secretHash,
    keepMs,
  }: OpenSession): Promise<ResumedSession | undefined> {
    const entry = this.#find(session);
    if (entry?.secretHash !== secretHash) return undefined;
    entry.generation += 1;
    this.#keep(session, entry, keepMs);
    const { generation, wait } = entry;
    return { generation, locks: [...entry.locks.values()], wait };
  }

  override async holds(owned: OwnedSession, lock: KeptLock): Promise<Ownership> {
    this.#owned(owned)?.locks.set(lock.name, lock);
    return this.#ownership(owned);
  }

  override async gaveUp(owned: OwnedSession, name: string): Promise<void> {
    this.#owned(owned)?.locks.delete(name);
  }

  override async waits(owned: OwnedSession, wait: KeptWait | undefined): Promise<Ownership> {
    const entry = this.#owned(owned);
    if (entry !== undefined) entry.wait = wait;
    return this.#ownership(owned);
  }

  override async touch(
    owned: readonly OwnedSession[],
    keepMs: number,
  ): Promise<readonly Ownership[]> {
    return owned.map((one) => {
      const entry = this.#owned(one);
      if (entry !== undefined) this.#keep(one.session, entry, keepMs);
      return this.#ownership(one);
    });
  }

  override async close(owned: OwnedSession): Promise<void> {
    if (this.#owned(owned) !== undefined) this.#entries.delete(owned.session);
  }

  override async complete(): Promise<boolean> {
    return true;
  }

  /** There is no other replica to resume them. */
  override onLeft(): () => void {
    return () => undefined;
  }

  override onDoubt(_listener: () => Promise<void>): () => void {
    return () => undefined;
  }

  #find(session: SessionId): SessionEntry | undefined {
    const entry = this.#entries.get(session);
    if (entry === undefined || entry.forgetAtMs > this.clock.monotonicMs()) return entry;
    this.#entries.delete(session);
    return undefined;
  }

  #owned({ session, generation }: OwnedSession): SessionEntry | undefined {
    const entry = this.#find(session);
    return entry?.generation === generation ? entry : undefined;
  }

  #ownership({ session, generation }: OwnedSession): Ownership {
    const entry = this.#find(session);
    if (entry === undefined) return 'forgotten';
    return entry.generation === generation ? 'owned' : 'left';
  }

  #keep(session: SessionId, entry: SessionEntry, keepMs: number): void {
    entry.forgetAtMs = this.clock.monotonicMs() + keepMs;
    this.#entries.delete(session);
    this.#entries.set(session, entry);
  }

  /** All are kept for equally long, so whatever follows one that is not forgotten is not either. */
  #dropForgotten(): void {
    for (const session of this.#entries.keys()) {
      if (this.#find(session) !== undefined) return;
    }
  }
}
