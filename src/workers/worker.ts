import type { CancelTimer, Clock } from '../clock/clock.js';
import type { Answers, FromWorker, MetricsSnapshot, Question } from './messages.js';
import type { WorkerKey } from './pool-observer.js';
import type { WorkerEnd, WorkerProcess, WorkerStarter } from './worker-process.js';

/** One that does not answer within this time, in milliseconds, is at work, or hangs. */
export const ANSWER_WITHIN_MS = 2_000;

/** Who is told of one worker. */
export interface WorkerListener {
  ready(port: number): void;
  counted(metrics: MetricsSnapshot): void;
  stopRequested(reason: string): void;
  /** Once, and the last that is heard of it. */
  ended(end: WorkerEnd): void;
}

type Settle = (answer: Answers[Question] | undefined) => void;

/** One worker process from its start to its end, as the primary knows it. */
export class Worker {
  readonly #process: WorkerProcess;
  readonly #startedMs: number;
  readonly #questions = new Map<number, Settle>();
  readonly #ended = Promise.withResolvers<WorkerEnd>();
  #lastQuestion = 0;
  #state: 'starting' | 'ready' | 'ended' = 'starting';
  #failure: string | undefined;

  constructor(
    readonly key: WorkerKey,
    starter: WorkerStarter,
    private readonly clock: Clock,
    private readonly listener: WorkerListener,
  ) {
    this.#startedMs = clock.monotonicMs();
    this.#process = starter.start({
      heard: (message) => this.#heard(message),
      ended: (end) => this.#end(end),
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Why it could not start, in its own words. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get livedMs(): number {
    return this.clock.monotonicMs() - this.#startedMs;
  }

  get ended(): Promise<WorkerEnd> {
    return this.#ended.promise;
  }

  tell(message: Parameters<WorkerProcess['tell']>[0]): void {
    if (this.#state !== 'ended') this.#process.tell(message);
  }

  kill(): void {
    if (this.#state !== 'ended') this.#process.kill();
  }

  /** Undefined where no answer came in time, or it ended before. */
  async ask<Asked extends Question>(question: Asked): Promise<Answers[Asked] | undefined> {
    if (this.#state === 'ended') return undefined;
    const id = ++this.#lastQuestion;
    let cancel: CancelTimer = () => undefined;
    const answered = new Promise<Answers[Question] | undefined>((settle) => {
      this.#questions.set(id, settle);
      cancel = this.clock.after(ANSWER_WITHIN_MS, () => this.#settle(id, undefined));
    });
    this.#process.tell({ kind: 'ask', question, id });
    // Answers bear the id of their question, so this one is of its kind.
    return (await answered.finally(cancel)) as Answers[Asked] | undefined;
  }

  #heard(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#state = 'ready';
        this.listener.ready(message.port);
        return;
      case 'failed':
        this.#failure = message.message;
        return;
      case 'answer':
        if (message.question === 'metrics') this.listener.counted(message.answer);
        this.#settle(message.id, message.answer);
        return;
      case 'counted':
        this.listener.counted(message.metrics);
        return;
      case 'stop-requested':
        this.listener.stopRequested(message.reason);
    }
  }

  #settle(id: number, answer: Answers[Question] | undefined): void {
    this.#questions.get(id)?.(answer);
    this.#questions.delete(id);
  }

  #end(end: WorkerEnd): void {
    this.#state = 'ended';
    for (const id of this.#questions.keys()) this.#settle(id, undefined);
    this.listener.ended(end);
    this.#ended.resolve(end);
  }
}
