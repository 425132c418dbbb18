/** How a client connects and how patient it is. Times in milliseconds, sizes in bytes. */
export interface ClientOptions {
  /** @default '127.0.0.1' */
  readonly host: string;
  /** @default 6780 */
  readonly port: number;
  /** How the server's `LOCKS` names this client. @default '' (only its address is shown) */
  readonly clientName: string;
  /**
   * Whether locks outlive their connection: the server keeps them for its grace time, and the
   * client comes back for them. @default true
   */
  readonly session: boolean;
  /** For one attempt to connect, handshake included. @default 5000 */
  readonly connectTimeoutMs: number;
  /**
   * Longest silence while an answer is due; then the connection is given up. A waiting `LOCK` may
   * take its `waitMs` on top, and what stands behind it in line waits with it. @default 10000
   */
  readonly requestTimeoutMs: number;
  /**
   * How long a request may wait for a broken connection to come back, whether it was not sent yet
   * or is asked again. @default 15000
   */
  readonly retryDeadlineMs: number;
  /** First pause before connecting again; doubled with every failure. @default 50 */
  readonly reconnectMinDelayMs: number;
  /** Longest such pause. @default 2000 */
  readonly reconnectMaxDelayMs: number;
  /** Largest reply kept in memory; `getStream` is not bound by it. @default 67108864 */
  readonly maxBufferedBytes: number;
  /** Requests under way and waiting, all together. @default 10000 */
  readonly maxQueuedRequests: number;
}

export const DEFAULT_OPTIONS: ClientOptions = Object.freeze({
  host: '127.0.0.1',
  port: 6780,
  clientName: '',
  session: true,
  connectTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  retryDeadlineMs: 15_000,
  reconnectMinDelayMs: 50,
  reconnectMaxDelayMs: 2_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  maxQueuedRequests: 10_000,
});

/** Largest delay one platform timer can hold. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const WHOLE_NUMBERS = {
  port: [1, 65_535],
  connectTimeoutMs: [1, LONGEST_TIMER_MS],
  requestTimeoutMs: [1, LONGEST_TIMER_MS],
  retryDeadlineMs: [0, LONGEST_TIMER_MS],
  reconnectMinDelayMs: [1, LONGEST_TIMER_MS],
  reconnectMaxDelayMs: [1, LONGEST_TIMER_MS],
  maxBufferedBytes: [1024, Number.MAX_SAFE_INTEGER],
  maxQueuedRequests: [1, Number.MAX_SAFE_INTEGER],
} as const;

/** Fills in the defaults. Throws a `RangeError` that names every wrong value at once. */
export function resolveOptions(given: Partial<ClientOptions>): ClientOptions {
  const options = Object.freeze({ ...DEFAULT_OPTIONS, ...given });
  const problems: string[] = [];
  for (const name of Object.keys(WHOLE_NUMBERS) as (keyof typeof WHOLE_NUMBERS)[]) {
    const [least, most] = WHOLE_NUMBERS[name];
    const value = options[name];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      problems.push(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
    }
  }
  if (options.host === '') problems.push('host must not be empty');
  if (/[^!-~]/.test(options.clientName)) {
    problems.push('clientName must consist of printable ASCII characters without spaces');
  }
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  return options;
}
