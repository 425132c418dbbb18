import { randomUUID } from 'node:crypto';
import type { EventFeed } from '../../src/events/event-feed.js';
import { MemoryEventFeed } from '../../src/events/memory-event-feed.js';
import { type FileName, parseFileName } from '../../src/files/file-name.js';
import { Keeping } from '../../src/files/keeping.js';
import { MemoryFileStore } from '../../src/files/memory/memory-file-store.js';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import type { Confirmed, Lease, LockRequest } from '../../src/locks/lock-table.js';
import { MemoryLockTable } from '../../src/locks/memory/memory-lock-table.js';
import { MemorySessionRecords } from '../../src/locks/memory/memory-session-records.js';
import type { GrantId, LockMode, SessionId } from '../../src/locks/model.js';
import type { SessionRecords } from '../../src/locks/session-records.js';
import { FileLocking, type LockWish } from '../../src/sessions/file-locking.js';
import { Granting } from '../../src/sessions/granting.js';
import { HeldLocks } from '../../src/sessions/held-locks.js';
import { KeptSessions } from '../../src/sessions/kept-sessions.js';
import { LeaseRenewer } from '../../src/sessions/lease-renewer.js';
import {
  type ConflictKind,
  type DenialReason,
  LockObserver,
} from '../../src/sessions/lock-observer.js';
import { SessionOptions } from '../../src/sessions/options.js';
import { PendingReleases } from '../../src/sessions/pending-releases.js';
import { Publishing, type PutOptions } from '../../src/sessions/publishing.js';
import { Session } from '../../src/sessions/session.js';
import { FakeClock } from './fake-clock.js';
import { RecordingLog } from './recording-log.js';

export const LEASE_MS = 30_000;
export const GRACE_MS = 10_000;

/** A lock table that can be cut off, or stopped right before it confirms a grant. */
export class FaultyLockTable extends MemoryLockTable {
  cutOff = false;
  beforeConfirm: () => Promise<void> = () => Promise.resolve();
  beforeRenew: () => Promise<void> = () => Promise.resolve();
  /** Between what an acquisition or a renewal did and its answer. */
  afterwards: () => Promise<void> = () => Promise.resolve();

  override async acquire(request: LockRequest): ReturnType<MemoryLockTable['acquire']> {
    this.#reach();
    const acquisition = await super.acquire(request);
    await this.afterwards();
    return acquisition;
  }

  override async confirm(lease: Lease): Promise<Confirmed | undefined> {
    await this.beforeConfirm();
    this.#reach();
    return await super.confirm(lease);
  }

  override async release(name: string, grantId: GrantId): Promise<boolean> {
    this.#reach();
    return await super.release(name, grantId);
  }

  override async renew(leases: readonly Lease[]): ReturnType<MemoryLockTable['renew']> {
    await this.beforeRenew();
    this.#reach();
    const outcomes = await super.renew(leases);
    await this.afterwards();
    return outcomes;
  }

  override async endExpired(name: string): ReturnType<MemoryLockTable['endExpired']> {
    this.#reach();
    return await super.endExpired(name);
  }

  override async inspect(name: string): ReturnType<MemoryLockTable['inspect']> {
    this.#reach();
    return await super.inspect(name);
  }

  #reach(): void {
    if (this.cutOff) throw new LockTableUnavailable('cut off', true);
  }
}

/** Counts what it is told, as `granted:exclusive`, `denied:locked` and so on. */
export class CountingLockObserver extends LockObserver {
  readonly events: string[] = [];
  waitingNow = 0;

  override waiting(change: 1 | -1): void {
    this.waitingNow += change;
  }

  override granted(mode: LockMode): void {
    this.events.push(`granted:${mode}`);
  }

  override denied(reason: DenialReason): void {
    this.events.push(`denied:${reason}`);
  }

  override ended(mode: LockMode, how: 'released' | 'expired'): void {
    this.events.push(`${how}:${mode}`);
  }

  override broken(): void {
    this.events.push('broken');
  }

  override conflict(kind: ConflictKind): void {
    this.events.push(`conflict:${kind}`);
  }

  override published(kind: 'put' | 'delete'): void {
    this.events.push(`published:${kind}`);
  }
}

/** One replica's session layer on memory adapters. */
export class SessionFixture {
  readonly log = new RecordingLog();
  readonly observer = new CountingLockObserver();
  readonly held: HeldLocks;
  readonly releases: PendingReleases;
  readonly locking: FileLocking;
  readonly kept: KeptSessions;
  readonly publishing: Publishing;
  readonly renewer: LeaseRenewer;

  constructor(
    readonly clock = new FakeClock(),
    readonly files = new MemoryFileStore(clock, 1_000_000, new Keeping(10)),
    readonly events: EventFeed = new MemoryEventFeed(),
    readonly table = new FaultyLockTable(clock, events),
    readonly records: SessionRecords = new MemorySessionRecords(clock),
  ) {
    const options = new SessionOptions(LEASE_MS, GRACE_MS);
    this.held = new HeldLocks(clock, this.observer);
    this.releases = new PendingReleases(table, clock, this.log);
    const granting = new Granting(table, files, records, this.held, this.releases, clock);
    this.locking = new FileLocking(
      table,
      files,
      granting,
      records,
      this.held,
      this.observer,
      clock,
      options,
    );
    this.kept = new KeptSessions(
      this.locking,
      granting,
      this.held,
      records,
      clock,
      this.log,
      options,
    );
    this.publishing = new Publishing(files, table, this.locking, this.held, this.observer, events);
    this.renewer = new LeaseRenewer(this.held, table, clock, this.log);
  }

  /** Another replica on the same lock table and the same files. */
  replica(): SessionFixture {
    return new SessionFixture(this.clock, this.files, this.events, this.table, this.records);
  }

  session(): Session {
    return new Session(randomUUID() as SessionId, '192.0.2.1:5000');
  }

  async put(
    session: Session,
    name: FileName,
    content: string,
    options: Partial<PutOptions> = {},
  ): ReturnType<Publishing['put']> {
    return await this.publishing.put(session, name, {
      chunks: chunksOf(content),
      options: () => Promise.resolve({ keep: false, ...options }),
    });
  }

  async content(name: FileName): Promise<string | undefined> {
    await using file = await this.files.openFile(name);
    if (file === undefined) return undefined;
    const parts: Buffer[] = [];
    for await (const part of file.read(0, file.record.size)) parts.push(part);
    return Buffer.concat(parts).toString();
  }
}

export function wish(changes: Partial<LockWish> = {}): LockWish {
  const signal = new AbortController().signal;
  return { mode: 'exclusive', ttlMs: undefined, waitMs: 0, note: '', signal, ...changes };
}

export function fileName(text: string): FileName {
  const result = parseFileName(text);
  if (!result.ok) throw new Error(result.problem);
  return result.name;
}

async function* chunksOf(content: string): AsyncGenerator<Buffer> {
  yield Buffer.from(content);
}
