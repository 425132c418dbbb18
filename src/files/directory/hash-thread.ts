import { Worker } from 'node:worker_threads';

const ENDED = 'the hashing thread ended';

const NOTHING = new Uint8Array(0);

/** Hashing needs next to nothing; what a thread takes by default is meant for programs. */
const MEMORY = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 } as const;

export interface HashQuestion {
  readonly id: number;
  /** `forget` is not answered. */
  readonly kind: 'update' | 'digest' | 'forget';
  readonly chunk: Uint8Array<ArrayBuffer>;
}

export type HashAnswer =
  | { readonly id: number; readonly chunk: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly sha256: string };

type Waiting = PromiseWithResolvers<HashAnswer>;

/**
 * SHA-256 of large contents on a thread of their own: a GiB takes a second and more, in which
 * nothing else would be read or answered, and receiving and writing it would wait for it.
 */
export class HashThread {
  #worker: Worker | undefined;
  /** Who waits for an answer, in the order of the questions. */
  #waiting: Waiting[] = [];
  #lastId = 0;

  /** A hash of its own; to be ended with `digest` or `forget`. */
  begin(): ThreadedHash {
    this.#worker ??= this.#start();
    this.#lastId += 1;
    const worker = this.#worker;
    return new ThreadedHash(this.#lastId, (question) => this.#ask(worker, question));
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(worker: Worker, question: HashQuestion): Promise<HashAnswer> {
    // Another one would not know what was hashed so far, and tell the hash of the rest.
    if (worker !== this.#worker) return Promise.reject(new Error(ENDED));
    const waiting = Promise.withResolvers<HashAnswer>();
    if (question.kind !== 'forget') this.#waiting.push(waiting);
    worker.postMessage(question, question.kind === 'update' ? [question.chunk.buffer] : []);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url), {
      resourceLimits: MEMORY,
    });
    // Whoever waits has work of its own under way.
    worker.unref();
    worker.on('message', (answer: HashAnswer) => this.#waiting.shift()?.resolve(answer));
    worker.once('error', (cause) => this.#fail(worker, cause));
    worker.once('exit', () => this.#fail(worker, undefined));
    return worker;
  }

  /** The next content gets another thread. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new Error(ENDED, { cause }));
  }
}

/** The hash of one content. */
export class ThreadedHash {
  constructor(
    private readonly id: number,
    private readonly ask: (question: HashQuestion) => Promise<HashAnswer>,
  ) {}

  /**
   * @param chunk owns its memory, and has it again in what is returned
   * @throws {Error} if the thread ended
   */
  async update(chunk: Uint8Array<ArrayBuffer>): Promise<Buffer> {
    const answer = await this.ask({ id: this.id, kind: 'update', chunk });
    if (!('chunk' in answer)) throw new TypeError('the hashing thread answers out of order');
    const { buffer, byteOffset, byteLength } = answer.chunk;
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  /** @returns lower-case hexadecimal */
  async digest(): Promise<string> {
    const answer = await this.ask({ id: this.id, kind: 'digest', chunk: NOTHING });
    if (!('sha256' in answer)) throw new TypeError('the hashing thread answers out of order');
    return answer.sha256;
  }

  /** Its content will not be whole. */
  forget(): void {
    // A thread that ended has forgotten it.
    this.ask({ id: this.id, kind: 'forget', chunk: NOTHING }).catch(() => undefined);
  }
}
