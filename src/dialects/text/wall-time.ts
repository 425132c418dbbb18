const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MICRO = 1_000n;

/**
 * Local wall time as `YYYY-MM-DD HH:MM:SS.ffffff`, always with six digits.
 * @param seconds since the Unix epoch
 * @param micros of that second
 * @param zone IANA name of the time zone
 */
export function wallTime(seconds: number, micros: number, zone: string): string {
  const nanos = BigInt(seconds) * NANOS_PER_SECOND + BigInt(micros) * NANOS_PER_MICRO;
  return Temporal.Instant.fromEpochNanoseconds(nanos)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 6 })
    .replace('T', ' ');
}
