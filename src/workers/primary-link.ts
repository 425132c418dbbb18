import cluster from 'node:cluster';
import type { Answers, Begin, FromWorker, Question, ToWorker } from './messages.js';

type Answering = { readonly [Asked in Question]: () => Promise<Answers[Asked]> };

/** The primary, as its workers know it. */
export class PrimaryLink {
  readonly #begun = Promise.withResolvers<Begin>();
  readonly #stopped = Promise.withResolvers<string>();
  #answering: Answering | undefined;

  constructor() {
    process.once('disconnect', () => this.#stopped.resolve('the primary has ended'));
    process.on('message', (message: ToWorker) => this.#heard(message));
  }

  get begun(): Promise<Begin> {
    return this.#begun.promise;
  }

  /** Resolves with the reason when the primary wants this worker to end, or has ended itself. */
  get stopped(): Promise<string> {
    return this.#stopped.promise;
  }

  /**
   * From now on the primary's questions are answered, and its loss is a reason to stop. Until then
   * Node ends a worker that loses its primary, without which it could never listen; one that serves
   * has to finish what it does.
   */
  answer(answering: Answering): void {
    this.#answering = answering;
    outlive();
  }

  /** Resolves when it has left this process, or cannot. */
  async tell(message: FromWorker): Promise<void> {
    if (!process.connected) return;
    await new Promise<void>((sent) => {
      process.send?.(message, undefined, undefined, () => sent());
    });
  }

  /** Nothing is said or heard any more; only now this process can end by itself. */
  leave(): void {
    outlive();
    if (process.connected) process.disconnect?.();
  }

  #heard(message: ToWorker): void {
    switch (message.kind) {
      case 'begin':
        this.#begun.resolve(message);
        return;
      case 'ask':
        void this.#answer(message.question, message.id);
        return;
      case 'stop':
        this.#stopped.resolve(message.reason);
    }
  }

  /** A worker that fails to answer is one that does not: the primary waits only for so long. */
  async #answer(question: Question, id: number): Promise<void> {
    const answering = this.#answering;
    if (answering === undefined) return;
    await (question === 'metrics'
      ? this.tell({ kind: 'answer', question, id, answer: await answering.metrics() })
      : this.tell({ kind: 'answer', question, id, answer: await answering.problems() }));
  }
}

/** Node does not end this process when the primary is gone. */
function outlive(): void {
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
}
