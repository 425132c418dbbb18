const MICROS_PER_SECOND = 1_000_000;

/** Local wall time as `YYYY-MM-DD HH:MM:SS.ffffff`, always six digits. */
export function wallTime(epochMicros: number, timeZone: string): string {
  const seconds = Math.floor(epochMicros / MICROS_PER_SECOND);
  const micros = epochMicros - seconds * MICROS_PER_SECOND;
  const local = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(timeZone);
  const fraction = String(micros).padStart(6, '0');
  return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}.${fraction}`;
}
