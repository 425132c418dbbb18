import { injectable } from 'inversify';
import { CommandObserver, type Outcome } from '../../commands/command-observer.js';
import { ERROR_CODES } from '../../commands/error-codes.js';
import { COMMAND_SECONDS, TIME_SECONDS } from './buckets.js';
import { KnownCommands } from './known-commands.js';
import { MetricsRegistry } from './metrics-registry.js';
import type { CounterSeries, TalliedCounter } from './tallied-counter.js';
import type { HistogramSeries, TalliedHistogram } from './tallied-histogram.js';

const OUTCOMES = ['ok', ...Object.keys(ERROR_CODES).map((code) => code.toLowerCase())] as Outcome[];

const UNKNOWN = 'UNKNOWN';

/** What is counted of one command. */
interface Cells {
  readonly outcomes: ReadonlyMap<Outcome, CounterSeries<'command' | 'outcome'>>;
  readonly seconds: HistogramSeries<'command'>;
}

@injectable()
export class PromCommandObserver extends CommandObserver {
  readonly #cells: ReadonlyMap<string, Cells>;
  readonly #unknown: Cells;
  readonly #timeSeconds: HistogramSeries;

  constructor(registry: MetricsRegistry, commands: KnownCommands) {
    super();
    const total = registry.counter(
      'candado_commands_total',
      'Commands that were answered, by outcome: ok or the error code.',
      'command',
      'outcome',
    );
    const seconds = registry.histogram(
      'candado_command_duration_seconds',
      'From a command being whole to its reply, waits included; equal ones in a row with their mean.',
      COMMAND_SECONDS,
      'command',
    );
    const cellsOf = (name: string): Cells => cells(total, seconds, name.toLowerCase());
    this.#cells = new Map(commands.names.map((name) => [name, cellsOf(name)]));
    this.#unknown = cellsOf(UNKNOWN);
    this.#timeSeconds = registry
      .histogram(
        'candado_time_latency_seconds',
        'TIME: from its bytes being read to its reply being handed to the socket.',
        TIME_SECONDS,
      )
      .series({});
  }

  override answered(command: string, outcome: Outcome, times: number): void {
    this.#of(command).outcomes.get(outcome)?.inc(times);
  }

  override took(command: string, seconds: number, times: number): void {
    this.#of(command).seconds.observe(seconds, times);
  }

  override timeAnswered(seconds: number, times: number): void {
    this.#timeSeconds.observe(seconds, times);
  }

  #of(command: string): Cells {
    return this.#cells.get(command) ?? this.#unknown;
  }
}

function cells(
  total: TalliedCounter<'command' | 'outcome'>,
  seconds: TalliedHistogram<'command'>,
  command: string,
): Cells {
  const outcomes = new Map(
    OUTCOMES.map((outcome) => [outcome, total.series({ command, outcome })] as const),
  );
  return { outcomes, seconds: seconds.series({ command }) };
}
