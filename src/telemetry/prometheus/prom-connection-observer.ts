import { injectable } from 'inversify';
import type { DialectName } from '../../dialects/dialect.js';
import { ConnectionObserver, type RejectionReason } from '../../net/connection-observer.js';
import { counters, gauges } from './children.js';
import { MetricsRegistry } from './metrics-registry.js';

const DIALECTS = ['resp', 'text'] as const satisfies readonly DialectName[];
const DIALECTS_AND_UNKNOWN = [...DIALECTS, 'unknown'] as const;
const REASONS = ['limit', 'tls', 'proxy', 'draining'] as const satisfies readonly RejectionReason[];

/**
 * A connection is counted in the total once its dialect is known, or as `unknown` when it ended
 * before; so the total over all dialects is the number of connections.
 */
@injectable()
export class PromConnectionObserver extends ConnectionObserver {
  readonly #open;
  readonly #total;
  readonly #rejected;
  readonly #received;
  readonly #sent;

  constructor(registry: MetricsRegistry) {
    super();
    this.#open = gauges(
      registry.gauge(
        'candado_connections_open',
        'Connections that are open; unknown: nothing was received yet.',
        'dialect',
      ),
      DIALECTS_AND_UNKNOWN,
    );
    this.#total = counters(
      registry.counter(
        'candado_connections_total',
        'Connections that were accepted, counted when their dialect is known or they end without.',
        'dialect',
      ),
      'dialect',
      DIALECTS_AND_UNKNOWN,
    );
    this.#rejected = counters(
      registry.counter(
        'candado_connections_rejected_total',
        'Connections that were refused, by reason.',
        'reason',
      ),
      'reason',
      REASONS,
    );
    this.#received = counters(
      registry.counter('candado_received_bytes_total', 'Bytes received from clients.', 'dialect'),
      'dialect',
      DIALECTS,
    );
    this.#sent = counters(
      registry.counter('candado_sent_bytes_total', 'Bytes sent to clients.', 'dialect'),
      'dialect',
      DIALECTS,
    );
  }

  override opened(dialect: DialectName | 'unknown'): void {
    this.#open[dialect].inc();
    if (dialect !== 'unknown') this.#total[dialect].inc();
  }

  override identified(dialect: DialectName): void {
    this.#open.unknown.dec();
    this.#open[dialect].inc();
    this.#total[dialect].inc();
  }

  override closed(dialect: DialectName | 'unknown'): void {
    this.#open[dialect].dec();
    if (dialect === 'unknown') this.#total.unknown.inc();
  }

  override rejected(reason: RejectionReason): void {
    this.#rejected[reason].inc();
  }

  override received(dialect: DialectName, bytes: number): void {
    this.#received[dialect].inc(bytes);
  }

  override sent(dialect: DialectName, bytes: number): void {
    this.#sent[dialect].inc(bytes);
  }
}
