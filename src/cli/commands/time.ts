import type { CandadoClient, TimeSample } from '../../client/index.js';
import { isSet, switchOption, valueOption, whole } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { print, printJson } from '../print.js';
import { Progress } from '../progress.js';
import { formatInstant, formatMicros, formatOffset } from '../quantities.js';
import { TimeStatistics, type TimeSummary } from '../time-statistics.js';

/** Eight bytes of memory each, and hours of asking. */
const MOST_QUERIES = 100_000_000;

interface Measured extends TimeSummary {
  readonly seconds: number;
}

export const time: CliCommand = {
  usage: 'time',
  summary: "Ask for the server's time, and how far the clock here is off.",
  examples: [
    ['candado time', 'one exchange: the time, the offset and how sure it is'],
    ['candado time --count 100000', 'a hundred thousand, with their mean and percentiles'],
    ['candado time --count 1000 --json', 'for a program; all times in microseconds'],
  ],

  options: (yargs) =>
    yargs
      .option('count', valueOption('How many times to ask, one after the other [1]'))
      .option('json', switchOption('One JSON object')),

  run: (args, { io, withClient }) => {
    const count = whole(args, 'count', { least: 1, most: MOST_QUERIES });
    return withClient(async (client) => {
      const measured = await measure(client, count ?? 1, io);
      if (measured === undefined) return ExitCode.fault;
      if (isSet(args, 'json')) await printJson(io.stdout, toJson(measured));
      else await print(io.stdout, count === undefined ? one(measured.best) : many(measured));
      return ExitCode.ok;
    });
  },
};

async function measure(
  client: CandadoClient,
  count: number,
  io: CliIo,
): Promise<Measured | undefined> {
  const statistics = new TimeStatistics(count);
  const bar = new Progress(
    io.stderr,
    count,
    (done, perSecond) => `${done} of ${count}, ${Math.round(perSecond)}/s`,
  );
  const startedMs = performance.now();
  await disposing(bar, async (progress) => {
    for (let asked = 0; asked < count; asked += 1) {
      statistics.add(await client.exchangeTime());
      progress.advance(1);
    }
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const summary = statistics.summary();
  return summary && { ...summary, seconds };
}

function one(sample: TimeSample): string {
  return [
    `server time  ${formatInstant(sample.answeredAt)}`,
    `offset       ${formatOffset(sample.offsetMicros)} ± ${formatMicros(sample.boundMicros)}`,
    `round trip   ${formatMicros(sample.roundTripMicros)}`,
    '',
  ].join('\n');
}

function many(measured: Measured): string {
  const { best, roundTripMicros } = measured;
  return [
    `queries          ${measured.count}`,
    `total            ${measured.seconds.toFixed(3)} s`,
    `rate             ${Math.round(measured.count / measured.seconds)} queries/s`,
    `mean difference  ${formatOffset(measured.meanDifferenceMicros)} (server time minus local time)`,
    `offset           ${formatOffset(best.offsetMicros)} ± ${formatMicros(best.boundMicros)}` +
      ' (four timestamps, shortest round trip)',
    `round trip       p50 ${formatMicros(roundTripMicros.p50)}` +
      `  p90 ${formatMicros(roundTripMicros.p90)}` +
      `  p99 ${formatMicros(roundTripMicros.p99)}` +
      `  max ${formatMicros(roundTripMicros.max)}`,
    '',
  ].join('\n');
}

function toJson(measured: Measured): unknown {
  const { best } = measured;
  return {
    count: measured.count,
    seconds: measured.seconds,
    queriesPerSecond: measured.count / measured.seconds,
    meanDifferenceMicros: measured.meanDifferenceMicros,
    serverTimeMicros: best.answeredAt,
    offsetMicros: best.offsetMicros,
    boundMicros: best.boundMicros,
    roundTripMicros: measured.roundTripMicros,
  };
}
