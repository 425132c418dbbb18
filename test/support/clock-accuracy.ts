import { type ClockEstimate, ClockEstimator, connect } from '../../src/client/index.js';

export interface AccuracyWish {
  /** Of a server on this host: what is measured is how far it is from zero. */
  readonly port: number;
  readonly runs: number;
  /** One after the other, in each run. */
  readonly exchanges: number;
}

export interface AccuracyRun {
  /** The true offset is zero: all of it is error. */
  readonly estimate: ClockEstimate;
  readonly leastRoundTripMicros: number;
}

export interface Accuracy {
  readonly runs: readonly AccuracyRun[];
  /** Runs whose error lies within the bound they report: all, or something is wrong. */
  readonly withinBound: number;
  /** How many runs are off by less than that. */
  readonly within: (micros: number) => number;
}

/** How far off offsets are, measured where both processes read the same clock. */
export async function measureAccuracy({ port, runs, exchanges }: AccuracyWish): Promise<Accuracy> {
  const done: AccuracyRun[] = [];
  for (let run = 0; run < runs; run += 1) done.push(await measureOnce(port, exchanges));
  const errors = done.map(({ estimate }) => Math.abs(estimate.offsetMicros));
  return {
    runs: done,
    withinBound: done.filter(({ estimate }, at) => (errors[at] ?? 0) <= estimate.boundMicros)
      .length,
    within: (micros) => errors.filter((error) => error < micros).length,
  };
}

/** A connection of its own, as each run of the command has. */
async function measureOnce(port: number, exchanges: number): Promise<AccuracyRun> {
  await using client = await connect({ port });
  const estimator = new ClockEstimator();
  let leastRoundTripMicros = Number.POSITIVE_INFINITY;
  for (let asked = 0; asked < exchanges; asked += 1) {
    const sample = await client.exchangeTime();
    estimator.add(sample);
    leastRoundTripMicros = Math.min(leastRoundTripMicros, sample.roundTripMicros);
  }
  const estimate = estimator.estimate();
  if (estimate === undefined) throw new RangeError('no exchange was asked for');
  return { estimate, leastRoundTripMicros };
}
