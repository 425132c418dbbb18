import type { FromWorker, MetricsSnapshot, ToWorker } from '../../src/workers/messages.js';
import { PoolObserver, type WorkerKey } from '../../src/workers/pool-observer.js';
import {
  type ProcessListener,
  type WorkerEnd,
  type WorkerProcess,
  WorkerStarter,
} from '../../src/workers/worker-process.js';

/** A worker without a process, that a test lets speak and end. */
export class FakeWorker implements WorkerProcess {
  readonly told: ToWorker[] = [];
  killed = false;

  constructor(
    readonly pid: number,
    private readonly listener: ProcessListener,
  ) {}

  tell(message: ToWorker): void {
    this.told.push(message);
  }

  kill(): void {
    this.killed = true;
  }

  says(message: FromWorker): void {
    this.listener.heard(message);
  }

  /** Answers the question it was asked last. */
  answers(metrics: MetricsSnapshot): void {
    const question = this.told.findLast(({ kind }) => kind === 'ask');
    if (question?.kind !== 'ask') throw new Error('nothing was asked');
    this.says({ kind: 'answer', question: 'metrics', id: question.id, answer: metrics });
  }

  ends(end: Partial<WorkerEnd> = {}): void {
    this.listener.ended({ code: null, signal: null, ...end });
  }
}

export class FakeWorkers extends WorkerStarter {
  readonly started: FakeWorker[] = [];

  override start(listener: ProcessListener): FakeWorker {
    const worker = new FakeWorker(1_000 + this.started.length, listener);
    this.started.push(worker);
    return worker;
  }

  /** The one that was started as the `nth`, from 0. */
  nth(nth: number): FakeWorker {
    const worker = this.started[nth];
    if (worker === undefined) throw new RangeError(`only ${this.started.length} were started`);
    return worker;
  }
}

export class RecordingPoolObserver extends PoolObserver {
  readyNow = 0;
  readonly metrics: [WorkerKey, MetricsSnapshot][] = [];
  readonly ends: { readonly worker: WorkerKey; readonly asked: boolean }[] = [];

  override ready(workers: number): void {
    this.readyNow = workers;
  }

  override counted(worker: WorkerKey, metrics: MetricsSnapshot): void {
    this.metrics.push([worker, metrics]);
  }

  override ended(worker: WorkerKey, asked: boolean): void {
    this.ends.push({ worker, asked });
  }
}
