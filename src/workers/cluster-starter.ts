import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { FromWorker, ToWorker } from './messages.js';
import { closeUndelivered } from './undelivered.js';
import {
  type ProcessListener,
  type WorkerEnd,
  type WorkerProcess,
  WorkerStarter,
} from './worker-process.js';

/**
 * Workers of `node:cluster`. The primary accepts connections and hands each to a worker that is
 * free: it costs the primary about 0.1 ms a connection and nothing a request. Left to the system
 * (`SCHED_NONE`), of 50 connections the one worker of two may get 49 (docs/workers.md).
 */
export class ClusterStarter extends WorkerStarter {
  /** @param program the module that a worker runs */
  constructor(program: string) {
    super();
    cluster.schedulingPolicy = cluster.SCHED_RR;
    // The other serialization, JSON, has no NaN, which some metrics are.
    cluster.setupPrimary({ exec: program, args: [], serialization: 'advanced' });
  }

  override start(listener: ProcessListener): WorkerProcess {
    try {
      return new ClusterProcess(cluster.fork(), listener);
    } catch (err) {
      process.nextTick(() => listener.ended({ code: null, signal: null, err }));
      return { pid: undefined, tell: () => undefined, kill: () => undefined };
    }
  }
}

class ClusterProcess implements WorkerProcess {
  readonly #worker: ClusterWorker;

  constructor(worker: ClusterWorker, listener: ProcessListener) {
    this.#worker = worker;
    closeUndelivered(worker.process);
    let isOver = false;
    const end = (how: WorkerEnd): void => {
      if (!isOver) listener.ended(how);
      isOver = true;
    };
    worker.on('message', (message: FromWorker) => listener.heard(message));
    worker.on('exit', (code: number | null, signal: string | null) => end({ code, signal }));
    worker.on('error', (err) => {
      // What could not be sent to a worker that ends is of no use to it, either.
      if (worker.process.pid === undefined) end({ code: null, signal: null, err });
    });
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  tell(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message);
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}
