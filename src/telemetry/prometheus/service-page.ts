import type { WorkerPool } from '../../workers/worker-pool.js';
import { MetricsPage } from '../metrics-page.js';
import type { WorkerTotals } from './worker-totals.js';

/** `/metrics` of a service of several workers, which are asked each time. */
export class ServicePage extends MetricsPage {
  /** Two that ask at the same time are answered the same. */
  #rendering: Promise<string> | undefined;

  constructor(
    private readonly pool: WorkerPool,
    private readonly totals: WorkerTotals,
  ) {
    super();
  }

  override get contentType(): string {
    return this.totals.contentType;
  }

  override render(): Promise<string> {
    this.#rendering ??= this.#render().finally(() => {
      this.#rendering = undefined;
    });
    return this.#rendering;
  }

  async #render(): Promise<string> {
    await Promise.all(this.pool.ask('metrics')); // their answers reach the totals as they come
    return await this.totals.render();
  }
}
