/** Values on a line of the chart. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  /** Where a value lies, rounded: a tenth of a unit cannot be seen. */
  at(value: number): number;
}

export function scale(
  [least, most]: readonly [least: number, most: number],
  [from, to]: readonly [from: number, to: number],
): Scale {
  const span = most - least || 1;
  return {
    least,
    most,
    at: (value) => Math.round((from + ((value - least) / span) * (to - from)) * 10) / 10,
  };
}

/** Round values on a scale, about as many as wished. */
export function ticks({ least, most }: Scale, wished: number): readonly number[] {
  const step = roundStep((most - least) / wished);
  if (!(step > 0)) return [least];
  const first = Math.ceil(least / step);
  const count = Math.floor(most / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => (first + at) * step);
}

/** The next of … 0.1, 0.2, 0.5, 1, 2, 5 … that is not smaller. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find((factor) => factor * power >= step) ?? 10) * power;
}
