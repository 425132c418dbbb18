import { type Accuracy, measureAccuracy } from '../../test/support/clock-accuracy.js';
import { DelayingProxy } from '../../test/support/delaying-proxy.js';
import type { Stage } from '../parts/stage.js';
import { median } from '../parts/statistics.js';
import type { Figure, Scenario } from '../scenario.js';

const [RUNS, EXCHANGES] = [20, 3_000];
const [QUICK_RUNS, QUICK_EXCHANGES] = [20, 500];

/** The first three of two fresh processes are off by up to 4 µs. */
const WARM_UP_RUNS = 5;

/** Each takes 20 ms and more. */
const DELAYED_EXCHANGES = 25;
const DELAY_MS = 20;

const MOST_ERROR_MICROS = 2;
/** One run in twenty may be beyond that; none beyond the bound that it reports itself. */
const LEAST_EXACT = 0.95;

export const clocks: Scenario = {
  name: 'clocks',
  shows: `how far off the offset of two clocks is, on one host where it is zero, also with ${DELAY_MS} ms on one way`,
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const { port } = await stage.candado({}, { place: 'server' });
    const runs = stage.quick ? QUICK_RUNS : RUNS;
    const exchanges = stage.quick ? QUICK_EXCHANGES : EXCHANGES;
    // Code that is not compiled yet, here and there, makes slow exchanges.
    await measureAccuracy({ port, runs: WARM_UP_RUNS, exchanges });
    stage.say(`${runs} runs of ${exchanges} exchanges`);
    const plain = await measureAccuracy({ port, runs, exchanges });
    const figures = [
      {
        what: `runs off by less than ${MOST_ERROR_MICROS} µs, of all`,
        value: plain.within(MOST_ERROR_MICROS) / runs,
        ...{ unit: '', atLeast: LEAST_EXACT },
      },
      ...told('', plain),
    ];
    for (const [where, delays] of [
      ['on each question', { there: DELAY_MS, back: 0 }],
      ['on each answer', { there: 0, back: DELAY_MS }],
    ] as const) {
      stage.say(`${runs} runs with ${DELAY_MS} ms ${where}`);
      await using proxy = await DelayingProxy.start(port, delays);
      const wish = { port: proxy.port, runs, exchanges: DELAYED_EXCHANGES };
      figures.push(...told(`${DELAY_MS} ms ${where}: `, await measureAccuracy(wish)));
    }
    return figures;
  },
};

function told(where: string, { runs, withinBound }: Accuracy): Figure[] {
  const errors = runs.map(({ estimate }) => Math.abs(estimate.offsetMicros));
  const bounds = runs.map(({ estimate }) => estimate.boundMicros);
  return [
    {
      what: `${where}runs within the bound they report, of all`,
      value: withinBound / runs.length,
      ...{ unit: '', atLeast: 1 },
    },
    { what: `${where}error, median`, value: median(errors), unit: 'µs' },
    { what: `${where}error, most`, value: Math.max(...errors), unit: 'µs' },
    { what: `${where}bound, median`, value: median(bounds), unit: 'µs' },
  ];
}
