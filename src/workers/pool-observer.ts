import type { MetricsSnapshot } from './messages.js';

/** Tells one worker from every other that there was. */
export type WorkerKey = number;

/** Hears what becomes of workers. */
export abstract class PoolObserver {
  /** How many are ready now. */
  abstract ready(workers: number): void;
  abstract counted(worker: WorkerKey, metrics: MetricsSnapshot): void;
  /** @param asked whether it was to end */
  abstract ended(worker: WorkerKey, asked: boolean): void;
}
