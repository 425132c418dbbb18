import { randomBytes, timingSafeEqual } from 'node:crypto';
import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../clock/clock.js';
import { Log } from '../telemetry/log.js';
import { FileLocking } from './file-locking.js';
import { SessionOptions } from './options.js';
import type { Session } from './session.js';

/** Sessions that one replica keeps beyond their connections at most; each may hold many locks. */
export const MAX_KEPT_SESSIONS = 100_000;

const SECRET_BYTES = 16;

/** What a client needs to come back. */
export interface Ticket {
  readonly id: string;
  readonly secret: string;
  /** How long its locks are kept after its connection ended, in milliseconds. */
  readonly graceMs: number;
}

/** The connection that a session belongs to now. */
export interface Attachment {
  /** Ends the connection; settles once nothing of it is under way any more. */
  end(): Promise<void>;
  /** Aborted once the connection is gone. */
  readonly signal: AbortSignal;
}

interface Kept {
  readonly session: Session;
  readonly secret: string;
  attachment: Attachment | undefined;
  cancelTimer: CancelTimer | undefined;
}

/**
 * Sessions whose clients asked to keep their locks for a while when the connection is lost. A
 * session is resumed where it was opened: on this replica.
 */
@injectable()
export class KeptSessions {
  readonly #kept = new Map<string, Kept>();
  #closed = false;

  constructor(
    private readonly locking: FileLocking,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly options: SessionOptions,
  ) {}

  /** Keeps `session` from now on; undefined where too many are kept. Asking again changes nothing. */
  keep(session: Session, attachment: Attachment): Ticket | undefined {
    const known = this.#kept.get(session.id);
    if (known !== undefined) return this.#ticket(known);
    if (this.#kept.size >= MAX_KEPT_SESSIONS) return undefined;
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const kept = { session, secret, attachment, cancelTimer: undefined };
    this.#kept.set(session.id, kept);
    return this.#ticket(kept);
  }

  /**
   * Hands a kept session to another connection. Its former connection is ended first, and what it
   * had under way is over before this returns: a change is either published by then, or never.
   * @param own the connection's session until now, which holds nothing and ends
   * @returns undefined if there is no such session here, or the secret is another
   */
  async resume(
    id: string,
    secret: string,
    attachment: Attachment,
    own: Session,
  ): Promise<Session | undefined> {
    const kept = this.#kept.get(id);
    if (kept === undefined || !sameSecret(kept.secret, secret)) return undefined;
    const former = kept.attachment;
    kept.attachment = attachment;
    kept.cancelTimer?.();
    kept.cancelTimer = undefined;
    // Two connections that resume each other's sessions must not wait for each other for ever.
    if (former !== undefined) await Promise.race([former.end(), aborted(attachment.signal)]);
    if (attachment.signal.aborted) await this.detach(kept.session, attachment);
    // Whoever resumed it meanwhile has it.
    if (kept.attachment !== attachment) return undefined;
    // The connection will not come back to its own session, so nobody else would forget it.
    if (this.#kept.get(own.id)?.attachment === attachment) this.#kept.delete(own.id);
    return kept.session;
  }

  /** A connection has ended: its session's locks are released, at once or after the grace time. */
  async detach(session: Session, attachment: Attachment): Promise<void> {
    const kept = this.#kept.get(session.id);
    if (kept === undefined) {
      await this.locking.releaseAll(session);
      return;
    }
    if (kept.attachment !== attachment) return;
    kept.attachment = undefined;
    if (this.#closed) {
      await this.#forget(kept);
      return;
    }
    kept.cancelTimer = this.clock.after(this.options.graceMs, () => {
      this.log.info('session.expired', 'A session was not resumed in time', {
        session: session.id,
      });
      void this.#forget(kept);
    });
  }

  /** Releases what detached sessions hold; from now on no session outlives its connection. */
  async close(): Promise<void> {
    this.#closed = true;
    const detached = [...this.#kept.values()].filter((kept) => kept.attachment === undefined);
    await Promise.all(detached.map((kept) => this.#forget(kept)));
  }

  async #forget(kept: Kept): Promise<void> {
    kept.cancelTimer?.();
    this.#kept.delete(kept.session.id);
    await this.locking.releaseAll(kept.session);
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
