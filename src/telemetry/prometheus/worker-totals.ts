import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../../workers/messages.js';
import { PoolObserver, type WorkerKey } from '../../workers/pool-observer.js';
import type { WorkerMetric } from './metric-names.js';
import { describeOwnProcess } from './own-process.js';
import { isCounted, snapshotOf, together } from './snapshots.js';

/**
 * The metrics of a service from those of its workers and of the process that leads them. What a
 * worker had counted when it was last heard stays in the sums when it has ended: they never fall.
 */
export class WorkerTotals extends PoolObserver {
  readonly #own = new Registry();
  readonly #latest = new Map<WorkerKey, MetricsSnapshot>();
  /** What those counted that have ended, added up. */
  #ended: Promise<MetricsSnapshot> = Promise.resolve([]);
  readonly #ready: Gauge;
  readonly #lost: Counter;

  constructor() {
    super();
    const registers = [this.#own];
    describeOwnProcess(this.#own);
    this.#ready = new Gauge({
      name: 'candado_workers_ready' satisfies WorkerMetric,
      help: 'Workers that take connections.',
      registers,
    });
    this.#lost = new Counter({
      name: 'candado_workers_lost_total' satisfies WorkerMetric,
      help: 'Workers that ended by themselves, and were followed by others.',
      registers,
    });
  }

  get contentType(): string {
    return this.#own.contentType;
  }

  override ready(workers: number): void {
    this.#ready.set(workers);
  }

  override counted(worker: WorkerKey, metrics: MetricsSnapshot): void {
    this.#latest.set(worker, metrics);
  }

  override ended(worker: WorkerKey, asked: boolean): void {
    if (!asked) this.#lost.inc();
    const last = this.#latest.get(worker)?.filter(isCounted);
    this.#latest.delete(worker);
    if (last === undefined) return;
    this.#ended = this.#ended.then((before) => snapshotOf(together([before, last])));
  }

  /** In Prometheus's text format, of what was heard so far. */
  async render(): Promise<string> {
    // Both at the same moment: a worker is in the one or in the other.
    const [ended, latest] = [this.#ended, [...this.#latest.values()]];
    return await together([await snapshotOf(this.#own), await ended, ...latest]).metrics();
  }
}
