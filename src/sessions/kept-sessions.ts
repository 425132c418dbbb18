import { randomBytes, timingSafeEqual } from 'node:crypto';
import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../clock/clock.js';
import type { FileName } from '../files/file-name.js';
import { LockTableUnavailable } from '../locks/errors.js';
import type { SessionId } from '../locks/model.js';
import { type KeptLock, type ResumedSession, SessionRecords } from '../locks/session-records.js';
import { Log } from '../telemetry/log.js';
import { FileLocking } from './file-locking.js';
import { Granting } from './granting.js';
import { HeldLocks } from './held-locks.js';
import { SessionOptions } from './options.js';
import { ownedBy, Session } from './session.js';
import { type Secured, SessionUpkeep } from './session-upkeep.js';

/** Sessions that one replica keeps beyond their connections at most; each may hold many locks. */
export const MAX_KEPT_SESSIONS = 100_000;

const SECRET_BYTES = 16;

/** The most locks of one session taken over at once. */
const MAX_TAKEN_OVER = 50;

/** What a client needs to come back. */
export interface Ticket {
  readonly id: string;
  readonly secret: string;
  /** How long its locks are kept after its connection ended, in milliseconds. */
  readonly graceMs: number;
}

/** The connection that a session belongs to now. */
export interface Attachment {
  readonly remoteAddress: string;
  /** Ends the connection; settles once nothing of it is under way any more. */
  end(): Promise<void>;
  /** Aborted once the connection is gone. */
  readonly signal: AbortSignal;
}

interface Kept extends Secured {
  attachment: Attachment | undefined;
  cancelTimer: CancelTimer | undefined;
}

/**
 * Sessions whose clients asked to keep their locks for a while when the connection is lost. Their
 * records are known to every replica, so that a session can be resumed on any of them.
 */
@injectable()
export class KeptSessions {
  readonly #kept = new Map<SessionId, Kept>();
  readonly #upkeep: SessionUpkeep<Kept>;
  #stopListening: (() => void) | undefined;
  #closed = false;

  constructor(
    private readonly locking: FileLocking,
    private readonly granting: Granting,
    private readonly held: HeldLocks,
    private readonly records: SessionRecords,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly options: SessionOptions,
  ) {
    const { graceMs, leaseTtlMs } = options;
    this.#upkeep = new SessionUpkeep<Kept>(
      {
        all: () => this.#kept.values(),
        has: (kept) => this.#kept.get(kept.session.id) === kept,
        left: ({ session }, generation) => this.#onLeft(session.id, generation),
      },
      records,
      clock,
      log,
      // Also after its replica died without a word a session can be resumed within the grace time.
      2 * graceMs + leaseTtlMs,
    );
  }

  start(): void {
    this.#stopListening = this.records.onLeft((id, generation) => this.#onLeft(id, generation));
    this.#upkeep.start();
  }

  /**
   * Keeps `session` from now on; undefined where too many are kept. Asking again changes nothing.
   * @throws {LockTableUnavailable}
   */
  async keep(session: Session, attachment: Attachment): Promise<Ticket | undefined> {
    const known = this.#kept.get(session.id);
    if (known !== undefined) return this.#ticket(known);
    if (this.#kept.size >= MAX_KEPT_SESSIONS) return undefined;
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const kept = { session, secret, attachment, cancelTimer: undefined };
    await this.#upkeep.open(kept);
    session.kept = true;
    this.#kept.set(session.id, kept);
    return this.#ticket(kept);
  }

  /**
   * Hands a kept session to another connection, from whichever replica had it. A former connection
   * of this replica is ended first, and what it had under way is over before this returns; that of
   * another replica is fenced: a change is either published by then, or never.
   * @param own the connection's session until now, which holds nothing and ends
   * @returns undefined if there is no such session, or the secret is another
   * @throws {LockTableUnavailable}, FileStoreUnavailable; the session can be resumed again then
   */
  async resume(
    id: string,
    secret: string,
    attachment: Attachment,
    own: Session,
  ): Promise<Session | undefined> {
    const resumed = await this.#claim(id as SessionId, secret);
    if (resumed === undefined) return undefined;
    const former = this.#kept.get(id as SessionId);
    if (former !== undefined && former.session.generation > resumed.generation) return undefined;
    const session = new Session(id as SessionId, attachment.remoteAddress);
    session.kept = true;
    session.generation = resumed.generation;
    session.place = resumed.wait;
    const next: Kept = { session, secret, attachment, cancelTimer: undefined };
    this.#kept.set(session.id, next);
    if (former !== undefined) await this.#end(former, attachment.signal);
    try {
      await this.#bringLocks(session, resumed.locks);
    } catch (error) {
      if (this.#kept.get(session.id) === next) this.#kept.delete(session.id);
      this.held.abandon(session);
      throw error;
    }
    // Whoever resumed it meanwhile has it.
    if (this.#kept.get(session.id) !== next) {
      this.held.abandon(session);
      return undefined;
    }
    if (attachment.signal.aborted) {
      await this.detach(session, attachment);
      return undefined;
    }
    // The connection will not come back to its own session, so nobody else would forget it.
    if (own.kept) await this.#forsake(own);
    return session;
  }

  /** A connection has ended: its session's locks are released, at once or after the grace time. */
  async detach(session: Session, attachment: Attachment): Promise<void> {
    if (!session.kept) {
      await this.locking.releaseAll(session);
      return;
    }
    const kept = this.#kept.get(session.id);
    if (kept?.session !== session || kept.attachment !== attachment) return; // resumed since
    kept.attachment = undefined;
    session.listener = undefined;
    if (this.#closed) return;
    kept.cancelTimer = this.clock.after(this.options.graceMs, () => {
      this.log.info('session.expired', 'A session was not resumed in time', {
        session: session.id,
      });
      void this.end(session);
    });
  }

  /** A session ends, with all that it holds: its grace time is over, or its client said good-bye. */
  async end(session: Session): Promise<void> {
    await this.#forsake(session);
    await this.locking.releaseAll(session);
  }

  /**
   * Sessions are left as they are, with full leases and their places in queues, for other replicas
   * to resume.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening?.();
    await this.#upkeep.stop();
    const all = [...this.#kept.values()];
    for (const kept of all) kept.cancelTimer?.();
    await Promise.all(all.map(({ session }) => session.waiting?.end('leave-place')));
    await this.#upkeep.touch();
  }

  async #forsake(session: Session): Promise<void> {
    const kept = this.#kept.get(session.id);
    if (kept?.session !== session) return;
    kept.cancelTimer?.();
    this.#kept.delete(session.id);
    session.kept = false;
    await session.waiting?.end('give-up');
    try {
      await this.records.close(ownedBy(session));
      await this.#giveUpPlace(session);
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) throw error; // it is forgotten by itself
    }
  }

  /** One that it brought along and never came back to. */
  async #giveUpPlace(session: Session): Promise<void> {
    const { place } = session;
    session.place = undefined;
    if (place === undefined) return;
    await this.granting.release(place.name as FileName, place.grantId, this.options.leaseTtlMs);
  }

  #onLeft(id: SessionId, generation: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined || generation <= kept.session.generation) return;
    this.log.info('session.left', 'A session was resumed on another replica', { session: id });
    this.#kept.delete(id);
    void this.#end(kept, undefined);
  }

  /** Ends what is left of a session here, without a word to the table: it has gone on elsewhere. */
  async #end(former: Kept, unless: AbortSignal | undefined): Promise<void> {
    former.cancelTimer?.();
    const { session, attachment } = former;
    session.listener = undefined;
    const ended = Promise.all([attachment?.end(), session.waiting?.end('leave-place')]);
    // Two connections that resume each other's sessions must not wait for each other for ever.
    await (unless === undefined ? ended : Promise.race([ended, aborted(unless)]));
    this.held.abandon(session);
  }

  /** Makes the session this replica's; also one whose record is lost, but which is here. */
  async #claim(id: SessionId, secret: string): Promise<ResumedSession | undefined> {
    const resumed = await this.#upkeep.resume(id, secret);
    if (resumed !== undefined) return resumed;
    const here = this.#kept.get(id);
    if (here !== undefined && sameSecret(here.secret, secret)) {
      return await this.#upkeep.resumeOwn(here);
    }
    if (await this.records.complete()) return undefined;
    throw new LockTableUnavailable(
      'sessions are being told anew to a Redis that forgot, or was out of reach',
      false,
    );
  }

  async #bringLocks(session: Session, locks: readonly KeptLock[]): Promise<void> {
    for (let from = 0; from < locks.length; from += MAX_TAKEN_OVER) {
      const some = locks.slice(from, from + MAX_TAKEN_OVER);
      const outcomes = await Promise.allSettled(
        some.map((lock) => this.granting.takeOver(session, lock)),
      );
      // Only now nothing is under way any more that could still be held here.
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  #ticket({ session, secret }: Kept): Ticket {
    return { id: session.id, secret, graceMs: this.options.graceMs };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function sameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
