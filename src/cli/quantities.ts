const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.5 MiB`, for people. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${SIZES[unit]}`;
}

/** Microseconds in the unit in which they read best: `12.0 µs`, `3.400 ms`, `1.200 s`. */
export function formatMicros(micros: number): string {
  const size = Math.abs(micros);
  if (size >= 1_000_000) return `${(micros / 1_000_000).toFixed(3)} s`;
  if (size >= 1_000) return `${(micros / 1_000).toFixed(3)} ms`;
  return `${micros.toFixed(1)} µs`;
}

/** With its sign, for differences. */
export function formatOffset(micros: number): string {
  return `${micros < 0 ? '' : '+'}${formatMicros(micros)}`;
}

/** `2026-01-31T12:00:00.123456Z`: all six digits of a time in microseconds since the epoch. */
export function formatInstant(epochMicros: number): string {
  const seconds = Math.floor(epochMicros / 1_000_000);
  const micros = String(epochMicros - seconds * 1_000_000).padStart(6, '0');
  return new Date(seconds * 1_000).toISOString().replace('.000Z', `.${micros}Z`);
}

/** A length of time in milliseconds, coarse: `850 ms`, `12 s`, `5 min`, `3 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
