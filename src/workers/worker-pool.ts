import type { CancelTimer, Clock } from '../clock/clock.js';
import type { Config } from '../config/config.js';
import type { Log } from '../telemetry/log.js';
import type { Answers, Question } from './messages.js';
import type { PoolObserver } from './pool-observer.js';
import { RestartDelays } from './restart-delays.js';
import { Worker } from './worker.js';
import type { WorkerEnd, WorkerStarter } from './worker-process.js';

/** No worker could start, not one. */
export class WorkersFailed extends Error {
  override readonly name = 'WorkersFailed';
  readonly code = 'WORKERS';
}

/** Where there is a worker, or soon another. */
interface Place {
  readonly number: number;
  readonly delays: RestartDelays;
  worker: Worker | undefined;
  /** Whether one ended here before it was ready. */
  hasFailed: boolean;
  cancelRestart: CancelTimer | undefined;
}

/** The workers of one service: as many as were wished for, each followed by another if it ends. */
export class WorkerPool {
  readonly #places: readonly Place[];
  readonly #allReady = Promise.withResolvers<number>();
  readonly #stopRequested = Promise.withResolvers<string>();
  #lastKey = 0;
  #everReady = false;
  #stopping: string | undefined;

  /** @param config of a single worker */
  constructor(
    count: number,
    private readonly config: Config,
    private readonly starter: WorkerStarter,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly observer: PoolObserver,
  ) {
    this.#places = Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      delays: new RestartDelays(),
      worker: undefined,
      hasFailed: false,
      cancelRestart: undefined,
    }));
  }

  /** Resolves with the reason when a client of a worker asks for the end. */
  get stopRequested(): Promise<string> {
    return this.#stopRequested.promise;
  }

  get size(): number {
    return this.#places.length;
  }

  get readyCount(): number {
    return this.#workers().filter(({ isReady }) => isReady).length;
  }

  /**
   * @returns the port, once all of them are ready; never where one of them does not become so
   * @throws {WorkersFailed} when every one failed before any was ready
   */
  start(): Promise<number> {
    for (const place of this.#places) this.#begin(place);
    return this.#allReady.promise;
  }

  /** What those that are ready answer; undefined for one that does not answer in time. */
  ask<Asked extends Question>(question: Asked): readonly Promise<Answers[Asked] | undefined>[] {
    const ready = this.#workers().filter(({ isReady }) => isReady);
    return ready.map((worker) => worker.ask(question));
  }

  /**
   * Each finishes what it does, and none is followed by another.
   * @returns whether all of them ended in order
   */
  async stop(reason: string): Promise<boolean> {
    this.#stopping ??= reason;
    for (const place of this.#places) place.cancelRestart?.();
    const workers = this.#workers();
    for (const worker of workers) worker.tell({ kind: 'stop', reason });
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    return ends.every(({ code }) => code === 0);
  }

  /** Ends them all at once. */
  kill(): void {
    this.#stopping ??= 'killed';
    for (const place of this.#places) place.cancelRestart?.();
    for (const worker of this.#workers()) worker.kill();
  }

  #workers(): Worker[] {
    return this.#places.map(({ worker }) => worker).filter((worker) => worker !== undefined);
  }

  #begin(place: Place): void {
    place.cancelRestart = undefined;
    const worker = new Worker(++this.#lastKey, this.starter, this.clock, {
      ready: (port) => this.#ready(place, worker, port),
      counted: (metrics) => this.observer.counted(worker.key, metrics),
      stopRequested: (reason) => this.#stopRequested.resolve(reason),
      ended: (end) => this.#ended(place, worker, end),
    });
    place.worker = worker;
    worker.tell({ kind: 'begin', number: place.number, config: this.config });
  }

  #ready({ number }: Place, { pid }: Worker, port: number): void {
    this.#everReady = true;
    const ready = this.readyCount;
    this.observer.ready(ready);
    this.log.info('worker.ready', 'A worker takes connections', { worker: number, pid });
    if (ready === this.size) this.#allReady.resolve(port);
  }

  #ended(place: Place, worker: Worker, end: WorkerEnd): void {
    place.worker = undefined;
    this.observer.ready(this.readyCount);
    this.observer.ended(worker.key, this.#stopping !== undefined);
    if (this.#stopping !== undefined) return;
    place.hasFailed = true;
    if (!this.#everReady && this.#places.every(({ hasFailed }) => hasFailed)) {
      this.#allReady.reject(new WorkersFailed(worker.failure ?? `no worker starts: ${told(end)}`));
      this.kill();
      return;
    }
    const afterMs = place.delays.after(worker.livedMs);
    // One that ended in order was signalled by somebody who may want a new one.
    const level = end.code === 0 ? 'warn' : 'error';
    this.log[level]('worker.ended', 'A worker ended by itself, and is followed by another', {
      worker: place.number,
      pid: worker.pid,
      end: told(end),
      ...(worker.failure === undefined ? {} : { reason: worker.failure }),
      ...(end.err === undefined ? {} : { err: end.err }),
      afterMs,
    });
    if (afterMs === 0) this.#begin(place);
    else place.cancelRestart = this.clock.after(afterMs, () => this.#begin(place));
  }
}

function told({ code, signal, err }: WorkerEnd): string {
  if (err !== undefined) return `it could not be started (${String(err)})`;
  return signal === null ? `exit code ${code}` : signal;
}
