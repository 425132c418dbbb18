import { createHash } from 'node:crypto';
import type { CancelTimer, Clock } from '../clock/clock.js';
import { LockTableUnavailable } from '../locks/errors.js';
import type {
  KeptLock,
  OpenSession,
  Ownership,
  ResumedSession,
  SessionRecords,
} from '../locks/session-records.js';
import type { Log } from '../telemetry/log.js';
import { ownedBy, type Session } from './session.js';

/** A record outlives two touches that failed. */
const TOUCHES_PER_KEEP = 3;

/** The most records touched by one request. */
const MAX_TOUCHED = 500;

/** A session whose client may come back, and what it needs for that. */
export interface Secured {
  readonly session: Session;
  readonly secret: string;
}

/** The sessions of this replica, as their owner knows them. */
export interface OwnSessions<T extends Secured> {
  all(): Iterable<T>;
  /** Whether that one is still here. */
  has(secured: T): boolean;
  /** It was resumed elsewhere, under this generation. */
  left(secured: T, generation: number): void;
}

/**
 * Keeps the records of this replica's sessions: says now and then which are still here, finds out
 * which are not, and tells anew what was forgotten.
 */
export class SessionUpkeep<T extends Secured> {
  #cancelTouch: CancelTimer | undefined;
  #touching: Promise<void> = Promise.resolve();
  #stopListening: (() => void) | undefined;
  #closed = false;

  constructor(
    private readonly own: OwnSessions<T>,
    private readonly records: SessionRecords,
    private readonly clock: Clock,
    private readonly log: Log,
    /** How long a record is kept without being touched, in milliseconds. */
    private readonly keepMs: number,
  ) {}

  start(): void {
    this.#stopListening = this.records.onDoubt(() => this.#touchAll());
    this.#scheduleTouch();
  }

  /** Nothing is touched by itself any more. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#stopListening?.();
    this.#cancelTouch?.();
    await this.#touching;
  }

  /** A record for a session, or the one that was lost. */
  async open({ session, secret }: Secured): Promise<void> {
    const wanted = this.#wanted(session.id, secret);
    await this.records.open(wanted, session.generation, keptLocks(session));
  }

  /** Makes the session this replica's. */
  async resume(id: Session['id'], secret: string): Promise<ResumedSession | undefined> {
    return await this.records.resume(this.#wanted(id, secret));
  }

  /** The same with one that is here already, though its record may be lost. */
  async resumeOwn({ session, secret }: Secured): Promise<ResumedSession | undefined> {
    const wanted = this.#wanted(session.id, secret);
    const generation = session.generation + 1;
    const locks = keptLocks(session);
    if (!(await this.records.open(wanted, generation, locks))) {
      return await this.records.resume(wanted);
    }
    return { generation, locks, wait: undefined };
  }

  /** Does not throw where the table is away. */
  async touch(): Promise<void> {
    try {
      await this.#touchAll();
    } catch (error) {
      if (error instanceof LockTableUnavailable) return; // the table itself says that it is away
      this.log.error('session.touch-failed', 'Sessions could not be kept', { err: error });
    }
  }

  async #touchAll(): Promise<void> {
    const all = [...this.own.all()];
    for (let from = 0; from < all.length; from += MAX_TOUCHED) {
      const some = all.slice(from, from + MAX_TOUCHED);
      const owned = some.map(({ session }) => ownedBy(session));
      const outcomes = await this.records.touch(owned, this.keepMs);
      await Promise.all(some.map((secured, index) => this.#learn(secured, outcomes[index])));
    }
  }

  async #learn(secured: T, ownership: Ownership | undefined): Promise<void> {
    if (!this.own.has(secured) || ownership === 'owned') return;
    if (ownership === 'forgotten') await this.open(secured);
    else this.own.left(secured, secured.session.generation + 1);
  }

  #scheduleTouch(): void {
    this.#cancelTouch = this.clock.after(this.keepMs / TOUCHES_PER_KEEP, () => {
      this.#touching = this.touch().finally(() => {
        if (!this.#closed) this.#scheduleTouch();
      });
    });
  }

  #wanted(session: Session['id'], secret: string): OpenSession {
    const secretHash = createHash('sha256').update(secret).digest('hex');
    return { session, secretHash, keepMs: this.keepMs };
  }
}

function keptLocks(session: Session): KeptLock[] {
  return [...session.held.values()].map(({ name, ttlMs, keepAlive }) => ({
    name,
    ttlMs,
    keepAlive,
  }));
}
