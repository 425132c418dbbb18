import type { DialectName } from '../dialects/dialect.js';

export type RejectionReason = 'limit' | 'tls' | 'proxy' | 'draining';

/** What happens to connections; telemetry counts it. `unknown`: the first byte was not yet seen. */
export abstract class ConnectionObserver {
  abstract opened(dialect: DialectName | 'unknown'): void;
  /** An unknown dialect became known. */
  abstract identified(dialect: DialectName): void;
  abstract closed(dialect: DialectName | 'unknown'): void;
  abstract rejected(reason: RejectionReason): void;
  abstract received(dialect: DialectName, bytes: number): void;
  abstract sent(dialect: DialectName, bytes: number): void;
}
