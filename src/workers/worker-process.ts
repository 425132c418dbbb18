import type { FromWorker, ToWorker } from './messages.js';

/** How a process ended: with an exit code, by a signal, or before it began. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err?: unknown;
}

/** Who is told of one process. */
export interface ProcessListener {
  heard(message: FromWorker): void;
  /** Once, and the last that is heard of it. */
  ended(end: WorkerEnd): void;
}

/** A process that was started to be a worker. */
export interface WorkerProcess {
  /** Undefined where the system refused to start it. */
  readonly pid: number | undefined;
  /** One that has ended is told nothing. */
  tell(message: ToWorker): void;
  /** Ends it at once. */
  kill(): void;
}

/** Starts processes that listen on one port together. */
export abstract class WorkerStarter {
  abstract start(listener: ProcessListener): WorkerProcess;
}
