/** What happens to subscriptions; telemetry counts it. */
export abstract class SubscriptionObserver {
  /** So many more, or fewer, channels and patterns are subscribed. */
  abstract changed(by: number): void;
  /** One subscriber was told of one event. */
  abstract told(): void;
  /** One was too slow and is closed. */
  abstract dropped(): void;
}
