import { injectable } from 'inversify';
import type { LockMode } from '../../locks/model.js';
import {
  type ConflictKind,
  type DenialReason,
  LockObserver,
} from '../../sessions/lock-observer.js';
import { HOLD_SECONDS, WAIT_SECONDS } from './buckets.js';
import { counters, gauges, histograms } from './children.js';
import { MetricsRegistry } from './metrics-registry.js';

const MODES = ['exclusive', 'shared'] as const satisfies readonly LockMode[];
const DENIALS = [
  'locked',
  'timeout',
  'cancelled',
  'superseded',
  'deadlock',
  'void',
] as const satisfies readonly DenialReason[];
const CONFLICTS = ['fenced', 'conflict', 'notlocked'] as const satisfies readonly ConflictKind[];
const WAIT_ENDS = ['granted', 'timeout', 'cancelled'] as const;
const PUBLISHES = ['put', 'delete'] as const;

@injectable()
export class PromLockObserver extends LockObserver {
  readonly #held;
  readonly #waiting;
  readonly #grants;
  readonly #denials;
  readonly #releases;
  readonly #expired;
  readonly #broken;
  readonly #waitSeconds;
  readonly #holdSeconds;
  readonly #conflicts;
  readonly #publishes;

  constructor(registry: MetricsRegistry) {
    super();
    this.#held = gauges(
      registry.gauge('candado_locks_held', "Locks that this replica's sessions hold.", 'mode'),
      MODES,
    );
    this.#waiting = registry.gauge('candado_locks_waiting', 'Sessions that wait for a lock.');
    this.#grants = counters(
      registry.counter('candado_lock_grants_total', 'Locks that were granted.', 'mode'),
      'mode',
      MODES,
    );
    this.#denials = counters(
      registry.counter(
        'candado_lock_denials_total',
        'Locks that were not granted; void: passed on before the client could be told.',
        'reason',
      ),
      'reason',
      DENIALS,
    );
    this.#releases = registry
      .counter('candado_lock_releases_total', 'Locks that were released.')
      .series({});
    this.#expired = registry
      .counter('candado_locks_expired_total', 'Leases that ended without a release.')
      .series({});
    this.#broken = registry
      .counter(
        'candado_locks_broken_total',
        'Locks of any session that were ended by BREAK through this replica.',
      )
      .series({});
    this.#waitSeconds = histograms(
      registry.histogram(
        'candado_lock_wait_seconds',
        'How long a lock was waited for, by how the wait ended.',
        WAIT_SECONDS,
        'outcome',
      ),
      'outcome',
      WAIT_ENDS,
    );
    this.#holdSeconds = registry
      .histogram(
        'candado_lock_hold_seconds',
        'How long a lock was held, however it ended.',
        HOLD_SECONDS,
      )
      .series({});
    this.#conflicts = counters(
      registry.counter(
        'candado_conflicts_total',
        'Changes that were refused; nothing was changed.',
        'kind',
      ),
      'kind',
      CONFLICTS,
    );
    this.#publishes = counters(
      registry.counter('candado_publishes_total', 'Versions that were published.', 'kind'),
      'kind',
      PUBLISHES,
    );
  }

  override waiting(change: 1 | -1): void {
    this.#waiting.inc(change);
  }

  override granted(mode: LockMode, waitedSeconds: number): void {
    this.#held[mode].inc();
    this.#grants[mode].inc();
    this.#waitSeconds.granted.observe(waitedSeconds);
  }

  override denied(reason: DenialReason, waitedSeconds: number): void {
    this.#denials[reason].inc();
    // Otherwise nobody waited (locked), or the wait is not over (void).
    if (reason === 'timeout' || reason === 'cancelled') {
      this.#waitSeconds[reason].observe(waitedSeconds);
    }
  }

  override ended(mode: LockMode, how: 'released' | 'expired', heldSeconds: number): void {
    this.#held[mode].dec();
    (how === 'released' ? this.#releases : this.#expired).inc();
    this.#holdSeconds.observe(heldSeconds);
  }

  override broken(): void {
    this.#broken.inc();
  }

  override conflict(kind: ConflictKind): void {
    this.#conflicts[kind].inc();
  }

  override published(kind: 'put' | 'delete'): void {
    this.#publishes[kind].inc();
  }
}
