import type { ChangeEvent } from '../events/event-feed.js';
import type { LockMode } from './model.js';

/** What happens to a lock, as subscribers of `lock:<name>` are told. */
export type LockEvent =
  | {
      readonly event: 'granted';
      readonly mode: LockMode;
      readonly token: number;
      readonly holder: string;
      readonly address: string;
    }
  | { readonly event: 'released' | 'expired'; readonly mode: LockMode; readonly token: number }
  | {
      readonly event: 'broken';
      readonly token: number;
      readonly by: string;
      readonly reason: string;
    }
  /** So many wait now, one of them since just now. */
  | { readonly event: 'queued'; readonly waiting: number };

export function lockEvent(name: string, event: LockEvent): ChangeEvent {
  return { topic: `lock:${name}`, message: JSON.stringify(event) };
}
