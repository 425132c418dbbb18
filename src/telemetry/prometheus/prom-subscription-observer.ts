import { injectable } from 'inversify';
import { SubscriptionObserver } from '../../events/subscription-observer.js';
import { MetricsRegistry } from './metrics-registry.js';

@injectable()
export class PromSubscriptionObserver extends SubscriptionObserver {
  readonly #subscriptions;
  readonly #sent;
  readonly #dropped;

  constructor(registry: MetricsRegistry) {
    super();
    this.#subscriptions = registry.gauge(
      'candado_subscriptions',
      'Channels and patterns that clients are subscribed to.',
    );
    this.#sent = registry
      .counter(
        'candado_events_sent_total',
        'Messages to subscribers: one for each event and subscription.',
      )
      .series({});
    this.#dropped = registry
      .counter(
        'candado_subscribers_dropped_total',
        'Connections that were closed because they left too many messages unread.',
      )
      .series({});
  }

  override changed(by: number): void {
    this.#subscriptions.inc(by);
  }

  override told(): void {
    this.#sent.inc();
  }

  override dropped(): void {
    this.#dropped.inc();
  }
}
