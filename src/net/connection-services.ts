import type { Clock } from '../clock/clock.js';
import type { CommandObserver } from '../commands/command-observer.js';
import type { CommandRegistry } from '../commands/registry.js';
import type { Dialect } from '../dialects/dialect.js';
import type { Subscribers } from '../events/subscribers.js';
import type { KeptSessions } from '../sessions/kept-sessions.js';
import type { Session } from '../sessions/session.js';
import type { Log } from '../telemetry/log.js';
import type { BusyPoll } from './busy-poll.js';
import type { ConnectionObserver } from './connection-observer.js';

/** What all connections share. */
export interface ConnectionServices {
  readonly registry: CommandRegistry;
  readonly kept: KeptSessions;
  readonly subscribers: Subscribers;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ConnectionObserver;
  readonly commandObserver: CommandObserver;
  readonly busyPoll: BusyPoll;
}

/** What sets one connection apart. */
export interface ConnectionIdentity {
  readonly id: number;
  readonly session: Session;
  readonly dialect: Dialect;
  readonly remoteAddress: string;
}
