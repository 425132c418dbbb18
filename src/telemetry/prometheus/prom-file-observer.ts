import { injectable } from 'inversify';
import { FileObserver } from '../../files/file-observer.js';
import { counters } from './children.js';
import { MetricsRegistry } from './metrics-registry.js';

const RESULTS = ['written', 'found', 'failed'] as const;

@injectable()
export class PromFileObserver extends FileObserver {
  readonly #views;

  constructor(registry: MetricsRegistry) {
    super();
    this.#views = counters(
      registry.counter(
        'candado_view_repairs_total',
        'Plain views: written, a file of somebody else found in the place, or failed.',
        'result',
      ),
      'result',
      RESULTS,
    );
  }

  override viewRepaired(result: 'written' | 'found' | 'failed'): void {
    this.#views[result].inc();
  }
}
