const MILLIS_PER_SECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/** Local time as text. */
export class WallTime {
  /** The second that was told last: finding out a local time costs more than all else of `TIME`. */
  #second = Number.NaN;
  #secondText = '';

  /** @param zone IANA name of the time zone */
  constructor(private readonly zone: string) {}

  /**
   * `YYYY-MM-DD HH:MM:SS.ffffff`, always with six digits.
   * @param micros since the Unix epoch
   */
  text(micros: number): string {
    const second = Math.floor(micros / MICROS_PER_SECOND);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = this.#describe(second);
    }
    const rest = Math.trunc(micros - second * MICROS_PER_SECOND);
    return `${this.#secondText}.${String(rest).padStart(6, '0')}`;
  }

  #describe(second: number): string {
    return Temporal.Instant.fromEpochMilliseconds(second * MILLIS_PER_SECOND)
      .toZonedDateTimeISO(this.zone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'second' })
      .replace('T', ' ');
  }
}
