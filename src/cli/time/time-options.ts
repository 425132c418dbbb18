import type { Argv } from 'yargs';
import {
  type Arguments,
  isSet,
  requiredText,
  switchOption,
  valueOption,
  whole,
} from '../arguments.js';
import { UsageError } from '../cli-error.js';
import { duration } from '../duration.js';

/** So many fit into a double's exact numbers by far, and take days to ask. */
const MOST_QUERIES = 1_000_000_000;

const HOUR_MS = 3_600_000;

/** What `candado time` is asked to do. */
export interface TimeOptions {
  /** Whether it is one question after the time, without statistics. */
  readonly single: boolean;
  readonly count: number | undefined;
  readonly forMs: number | undefined;
  readonly everyMs: number | undefined;
  readonly json: boolean;
  /** A path, or `-` for standard output. */
  readonly csv: string | undefined;
  /** A path. */
  readonly svg: string | undefined;
}

export function declareTimeOptions(yargs: Argv): Argv {
  return yargs
    .option('count', valueOption('How many times to ask, one after the other [1]'))
    .option('for', valueOption('How long to ask, such as 10s; ends sooner with --count'))
    .option('every', valueOption('From one question to the next, such as 100ms [at once]'))
    .option('json', switchOption('One JSON object'))
    .option('csv', valueOption('Write the four timestamps of each exchange to a file, or - [none]'))
    .option('svg', valueOption('Write a chart of offsets and round trips to a file [none]'));
}

/** @throws {UsageError} */
export function readTimeOptions(args: Arguments): TimeOptions {
  const count = whole(args, 'count', { least: 1, most: MOST_QUERIES });
  const forMs = duration(args, 'for', { leastMs: 1, mostMs: 24 * HOUR_MS });
  const everyMs = duration(args, 'every', { leastMs: 1, mostMs: HOUR_MS });
  const single = count === undefined && forMs === undefined;
  if (single && everyMs !== undefined) {
    throw new UsageError('--every needs --count or --for to say when it is enough');
  }
  const json = isSet(args, 'json');
  const csv = path(args, 'csv');
  const svg = path(args, 'svg');
  if (json && csv === '-') {
    throw new UsageError('--json and --csv - both take standard output: give --csv a file');
  }
  if (svg === '-') throw new UsageError('--svg takes the path of a file, not -');
  if (svg !== undefined && svg === csv) {
    throw new UsageError('--csv and --svg take files of their own');
  }
  return { single, count: single ? 1 : count, forMs, everyMs, json, csv, svg };
}

function path(args: Arguments, flag: string): string | undefined {
  return args[flag] === undefined ? undefined : requiredText(args, flag);
}
