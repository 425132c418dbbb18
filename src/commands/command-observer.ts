import type { ErrorCode } from './error-codes.js';

export type Outcome = 'ok' | Lowercase<ErrorCode>;

/** What commands were answered; telemetry counts it. Called for every command: keep it cheap. */
export abstract class CommandObserver {
  /** @param command upper-case name of a known command, or `UNKNOWN` */
  abstract ran(command: string, outcome: Outcome, seconds: number): void;
  /** A `TIME` left: seconds from its bytes being read to its reply being handed to the socket. */
  abstract timeAnswered(seconds: number): void;
}
