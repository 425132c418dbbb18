import { SubscriptionObserver } from '../../src/events/subscription-observer.js';

/** Counts as telemetry does. */
export class RecordingSubscriptionObserver extends SubscriptionObserver {
  subscriptions = 0;
  messages = 0;
  closed = 0;

  override changed(by: number): void {
    this.subscriptions += by;
  }

  override told(): void {
    this.messages += 1;
  }

  override dropped(): void {
    this.closed += 1;
  }
}
