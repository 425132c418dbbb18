import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * How long a script in Redis takes for who calls it from Node.js, again and again, on a thread of
 * its own, while something else is measured.
 */
export class RoundTrips {
  readonly #worker: Worker;

  constructor(port: number) {
    const program = new URL('./round-trips-worker.js', import.meta.url);
    this.#worker = new Worker(program, { workerData: { port } });
  }

  /** Ends it; what each took, in milliseconds. */
  async stop(): Promise<readonly number[]> {
    const told = once(this.#worker, 'message');
    this.#worker.postMessage('stop');
    const [timesMs] = (await told) as [readonly number[]];
    await once(this.#worker, 'exit');
    return timesMs;
  }
}
