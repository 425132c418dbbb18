import type { ErrorCode } from './error-codes.js';

export type Outcome = 'ok' | Lowercase<ErrorCode>;

/** What commands were answered; telemetry counts it. Called for every command: keep it cheap. */
export abstract class CommandObserver {
  /**
   * @param command upper-case name of a known command, or `UNKNOWN`
   * @param times how many of them were
   */
  abstract answered(command: string, outcome: Outcome, times: number): void;
  /**
   * How long commands took, waits included.
   * @param command upper-case; not necessarily a known one
   * @param times how many of them took that long, on average
   */
  abstract took(command: string, seconds: number, times: number): void;
  /**
   * `TIME`s left: seconds from the bytes of the first being read to their replies being handed to
   * the socket.
   */
  abstract timeAnswered(seconds: number, times: number): void;
}
