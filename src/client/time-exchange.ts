/** One exchange of four timestamps (RFC 5905, section 8). All in microseconds. */
export interface TimeSample {
  /** Local clock when the request was made, which left at once; epoch. */
  readonly sentAt: number;
  /** Server's clock when it had read the request; epoch. */
  readonly receivedAt: number;
  /** Server's clock when it wrote its answer; epoch. */
  readonly answeredAt: number;
  /** Local clock when the answer came from the system, before it was looked at; epoch. */
  readonly returnedAt: number;
  /** On the way, both directions together, without the server's own time. */
  readonly roundTripMicros: number;
  /** Server's clock minus local clock; right to within {@link boundMicros}. */
  readonly offsetMicros: number;
  /**
   * Half the round trip: however it was shared out, the offset is not further off, but for the
   * part of a microsecond that whole ones do not tell.
   */
  readonly boundMicros: number;
}

export function timeSample(
  sentAt: number,
  receivedAt: number,
  answeredAt: number,
  returnedAt: number,
): TimeSample {
  const roundTripMicros = returnedAt - sentAt - (answeredAt - receivedAt);
  return {
    sentAt,
    receivedAt,
    answeredAt,
    returnedAt,
    roundTripMicros,
    offsetMicros: (receivedAt - sentAt + (answeredAt - returnedAt)) / 2,
    boundMicros: roundTripMicros / 2,
  };
}
