import { type Kind, parsed } from './kind.js';

type Units = Readonly<Record<string, number>>;

const DURATIONS: Units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const SIZES: Units = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A whole number from `min` to `max`. */
export function count(min: number, max: number, note = ''): Kind<number> {
  return {
    allowed: `a whole number from ${min} to ${max}${note}`,
    schema: parsed((text) => within(min, max, quantity(text, {}))),
  };
}

export const port: Kind<number> = count(0, 65_535, ' (0 picks a free port and logs it)');

/** Milliseconds, plain or with a unit. */
export function duration(min: number, max: number): Kind<number> {
  return {
    allowed: `a time from ${short(min, DURATIONS)} to ${short(max, DURATIONS)}: plain milliseconds, or with ms, s, m, h`,
    schema: parsed((text) => within(min, max, quantity(text, DURATIONS))),
  };
}

/** Bytes, plain or with a binary unit. */
export function size(min: number, max: number): Kind<number> {
  return {
    allowed: `a size from ${short(min, SIZES)} to ${short(max, SIZES)}: plain bytes, or with KiB, MiB, GiB, TiB`,
    schema: parsed((text) => within(min, max, quantity(text, SIZES))),
  };
}

function quantity(text: string, units: Units): number | undefined {
  const match = /^(\d+)([a-zA-Z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits, unit = ''] = match;
  if (unit === '') return Number(digits);
  return Object.hasOwn(units, unit) ? Number(digits) * (units[unit] ?? Number.NaN) : undefined;
}

function within(min: number, max: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** `value` in the largest unit that leaves it whole. */
function short(value: number, units: Units): string {
  const fitting = Object.entries(units).findLast(([, factor]) => value > 0 && value % factor === 0);
  return fitting === undefined ? String(value) : `${value / fitting[1]}${fitting[0]}`;
}
