import { injectable } from 'inversify';
import type { Counter, Histogram } from 'prom-client';
import { CommandObserver, type Outcome } from '../../commands/command-observer.js';
import { ERROR_CODES } from '../../commands/error-codes.js';
import { COMMAND_SECONDS, TIME_SECONDS } from './buckets.js';
import { KnownCommands } from './known-commands.js';
import { MetricsRegistry } from './metrics-registry.js';

const OUTCOMES = ['ok', ...Object.keys(ERROR_CODES).map((code) => code.toLowerCase())] as Outcome[];

const UNKNOWN = 'UNKNOWN';

/** What is counted of one command. */
interface Cells {
  readonly outcomes: ReadonlyMap<Outcome, Counter.Internal>;
  readonly seconds: Histogram.Internal<'command'>;
}

@injectable()
export class PromCommandObserver extends CommandObserver {
  readonly #cells: ReadonlyMap<string, Cells>;
  readonly #unknown: Cells;
  readonly #timeSeconds: Histogram;

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
      'From a command being whole to its reply, waits included.',
      COMMAND_SECONDS,
      'command',
    );
    const cellsOf = (name: string): Cells => cells(total, seconds, name.toLowerCase());
    this.#cells = new Map(commands.names.map((name) => [name, cellsOf(name)]));
    this.#unknown = cellsOf(UNKNOWN);
    this.#timeSeconds = registry.histogram(
      'candado_time_latency_seconds',
      'TIME: from its bytes being read to its reply being handed to the socket.',
      TIME_SECONDS,
    );
  }

  override ran(command: string, outcome: Outcome, seconds: number): void {
    const cells = this.#cells.get(command) ?? this.#unknown;
    cells.outcomes.get(outcome)?.inc();
    cells.seconds.observe(seconds);
  }

  override timeAnswered(seconds: number): void {
    this.#timeSeconds.observe(seconds);
  }
}

function cells(
  total: Counter<'command' | 'outcome'>,
  seconds: Histogram<'command'>,
  command: string,
): Cells {
  seconds.zero({ command });
  const outcomes = new Map<Outcome, Counter.Internal>();
  for (const outcome of OUTCOMES) {
    const child = total.labels(command, outcome);
    child.inc(0);
    outcomes.set(outcome, child);
  }
  return { outcomes, seconds: seconds.labels(command) };
}
