/** What a table in Redis tells about its connection; telemetry counts it. */
export abstract class TableObserver {
  /** The connection came up or went down. */
  abstract reachable(up: boolean): void;
  abstract reconnected(): void;
  /** One script ran, or failed. */
  abstract scriptRan(script: string, seconds: number, ok: boolean): void;
  /** The wall clock here minus Redis's, and the most it may be off by, in seconds. */
  abstract clockMeasured(offsetSeconds: number, boundSeconds: number): void;
}
