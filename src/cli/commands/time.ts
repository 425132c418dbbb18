import { type CandadoClient, SampleWindows, type TimeSample } from '../../client/index.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { onStop, wantsColour } from '../io.js';
import { print, printJson } from '../print.js';
import { writeLater } from '../time/chart-file.js';
import { SampleTable } from '../time/sample-table.js';
import { CHART_WINDOWS, drawTimeChart } from '../time/time-chart.js';
import { declareTimeOptions, readTimeOptions, type TimeOptions } from '../time/time-options.js';
import { type Measured, reportJson, reportMany, reportOne } from '../time/time-report.js';
import { askForTime } from '../time/time-run.js';
import { TimeStatistics } from '../time/time-statistics.js';

/** Bars read badly in longer lines; without a terminal, as wide as most are. */
const WIDEST_REPORT = 100;
const USUAL_WIDTH = 80;

export const time: CliCommand = {
  usage: 'time',
  summary: "Ask for the server's time, and how far the clock here is off.",
  examples: [
    ['candado time', 'one exchange: the time, the offset and how sure it is'],
    ['candado time --count 100000', 'a hundred thousand: offset, jitter, drift, round trips'],
    ['candado time --for 1min --every 100ms --svg clock.svg', 'a chart of what a minute shows'],
    ['candado time --count 1000 --csv -', 'every exchange: four timestamps in microseconds'],
    ['candado time --count 1000 --json', 'for a program; all times in microseconds'],
  ],

  options: declareTimeOptions,

  run: async (args, context) => {
    const options = readTimeOptions(args);
    const writeChart = options.svg === undefined ? undefined : await writeLater(options.svg);
    return await context.withClient(async (client) => {
      const statistics = new TimeStatistics();
      const windows = new SampleWindows(CHART_WINDOWS);
      const seconds = await measure(client, options, context, (sample) => {
        statistics.add(sample);
        if (writeChart !== undefined) windows.add(sample);
      });
      const summary = statistics.summary();
      if (summary === undefined) return ExitCode.fault;
      const measured = { ...summary, seconds };
      await tell(measured, options, context);
      await writeChart?.(drawTimeChart(measured, windows.best, context.target));
      return ExitCode.ok;
    });
  },
};

/** Until all is asked or somebody stops it; resolves to how long that took, in seconds. */
async function measure(
  client: CandadoClient,
  options: TimeOptions,
  { io }: CliContext,
  take: (sample: TimeSample) => void,
): Promise<number> {
  const stop = new AbortController();
  const wish = { ...options, signal: stop.signal, terminal: io.stderr };
  const end = (): void => {
    // Asked twice: the answer that is still awaited may never come.
    if (stop.signal.aborted) void client.close();
    stop.abort();
  };
  return await disposing(onStop(io, end), async () => {
    if (options.csv === undefined) return await askForTime(client, wish, take);
    return await disposing(await SampleTable.open(options.csv, io.stdout), (table) =>
      askForTime(client, wish, (sample) => {
        take(sample);
        return table.add(sample);
      }),
    );
  });
}

async function tell(measured: Measured, options: TimeOptions, { io }: CliContext): Promise<void> {
  if (options.json) {
    await printJson(io.stdout, reportJson(measured));
    return;
  }
  // The table has standard output for itself.
  const output = options.csv === '-' ? io.stderr : io.stdout;
  const width = Math.min(output.columns ?? USUAL_WIDTH, WIDEST_REPORT);
  const report = options.single
    ? reportOne(measured)
    : reportMany(measured, width, wantsColour(io, output));
  await print(output, report);
}
