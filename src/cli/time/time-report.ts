import type { ClockEstimate } from '../../client/index.js';
import { formatInstant, formatMicros, formatOffset } from '../quantities.js';
import { drawBars } from './bars.js';
import { histogramOf } from './histogram.js';
import type { TimeSummary } from './time-statistics.js';

/** A run that is over. */
export interface Measured extends TimeSummary {
  readonly seconds: number;
}

/** Enough to see a shape, and few enough to leave the rest on the screen. */
const MOST_BARS = 12;

/** What one exchange tells. */
export function reportOne({ estimate, serverTimeMicros, roundTripMicros }: Measured): string {
  return [
    `server time  ${formatInstant(serverTimeMicros)}`,
    `offset       ${bounded(estimate)}`,
    `round trip   ${formatMicros(roundTripMicros.max)}`,
    '',
  ].join('\n');
}

/** @param width of the terminal, in columns */
export function reportMany(measured: Measured, width: number, colour: boolean): string {
  const { estimate, roundTripMicros } = measured;
  return [
    `queries          ${measured.count}`,
    `total            ${measured.seconds.toFixed(3)} s`,
    `rate             ${Math.round(measured.count / measured.seconds)} queries/s`,
    `mean difference  ${formatOffset(measured.meanDifferenceMicros)} (server time minus local time)`,
    `offset           ${bounded(estimate)}`,
    `jitter           ${formatJitter(estimate)}`,
    `drift            ${formatDrift(estimate)}`,
    ...(estimate.steps === 0 ? [] : [`clock set        ${estimate.steps} times meanwhile`]),
    `round trip       min ${formatMicros(roundTripMicros.min)}` +
      `  p50 ${formatMicros(roundTripMicros.p50)}` +
      `  p90 ${formatMicros(roundTripMicros.p90)}` +
      `  p99 ${formatMicros(roundTripMicros.p99)}` +
      `  max ${formatMicros(roundTripMicros.max)}`,
    '',
    drawBars(histogramOf(measured.roundTrips, MOST_BARS), width, colour),
  ].join('\n');
}

export function bounded({ offsetMicros, boundMicros }: ClockEstimate): string {
  return `${formatOffset(offsetMicros)} ± ${formatMicros(boundMicros)}`;
}

export function formatJitter({ jitterMicros }: ClockEstimate): string {
  return jitterMicros === undefined ? 'unknown' : formatMicros(jitterMicros);
}

export function formatDrift({ drift }: ClockEstimate): string {
  if (drift === undefined) return 'unknown: the run was too short to tell';
  const { ppm, errorPpm } = drift;
  return `${ppm < 0 ? '' : '+'}${ppm.toFixed(2)} ± ${errorPpm.toFixed(2)} ppm (µs in a second)`;
}

/** For programs; all times in microseconds. What is not known is null. */
export function reportJson(measured: Measured): unknown {
  const { estimate } = measured;
  return {
    count: measured.count,
    seconds: measured.seconds,
    queriesPerSecond: measured.count / measured.seconds,
    meanDifferenceMicros: measured.meanDifferenceMicros,
    serverTimeMicros: measured.serverTimeMicros,
    localTimeMicros: estimate.atMicros,
    offsetMicros: estimate.offsetMicros,
    boundMicros: estimate.boundMicros,
    jitterMicros: estimate.jitterMicros ?? null,
    driftPpm: estimate.drift?.ppm ?? null,
    driftErrorPpm: estimate.drift?.errorPpm ?? null,
    clockSteps: estimate.steps,
    roundTripMicros: measured.roundTripMicros,
    roundTripHistogram: histogramOf(measured.roundTrips, MOST_BARS),
  };
}
