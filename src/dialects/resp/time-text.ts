const MICROS_PER_SECOND = 1_000_000;

/** The reply to `TIME`: two bulk strings, as Redis answers. What was told last is not made again. */
export class TimeText {
  #micros = -1;
  #text = '';
  #second = -1;
  /** The reply up to the rest of the second. */
  #secondText = '';

  of(micros: number): string {
    if (micros === this.#micros) return this.#text;
    this.#micros = micros;
    const second = Math.floor(micros / MICROS_PER_SECOND);
    if (second !== this.#second) {
      this.#second = second;
      const digits = String(second);
      this.#secondText = `*2\r\n$${digits.length}\r\n${digits}\r\n$`;
    }
    const rest = String(Math.trunc(micros - second * MICROS_PER_SECOND));
    this.#text = `${this.#secondText}${rest.length}\r\n${rest}\r\n`;
    return this.#text;
  }
}
