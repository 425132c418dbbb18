import { type Arguments, text } from './arguments.js';
import { UsageError } from './cli-error.js';
import { formatDuration } from './quantities.js';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

export interface DurationRange {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * The length of time given to an option, in milliseconds: `10s`, `1.5min`; a bare number is of
 * milliseconds. Undefined if it was not given.
 *
 * @throws {UsageError}
 */
export function duration(
  args: Arguments,
  flag: string,
  { leastMs, mostMs }: DurationRange,
): number | undefined {
  const value = text(args, flag);
  if (value === undefined) return undefined;
  const [, number = '', unit = 'ms'] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|min|h)?$/.exec(value) ?? [];
  const ms = number === '' ? Number.NaN : Number(number) * (UNITS_MS[unit] ?? Number.NaN);
  if (ms >= leastMs && ms <= mostMs) return ms;
  throw new UsageError(
    `--${flag} takes a time from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}, ` +
      `such as 100ms, 10s, 5min or 1h, not "${value}"`,
  );
}
