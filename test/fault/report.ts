import { checkAll } from './check/index.js';
import { recoveries } from './check/progress.js';
import type { Verdict } from './check/verdict.js';
import { type History, ofKind } from './history.js';

/** Enough to see what kind of thing went wrong. */
const MOST_SHOWN = 10;

export interface Report {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** Checks a history and says what was found, for people. */
export function report(history: History): Report {
  const verdicts = checkAll(history);
  const ok = verdicts.every(({ violations }) => violations.length === 0);
  const clues = ok ? [] : ['', 'locks at the end:', ...history.lockTables];
  return { ok, lines: [...figures(history), '', ...verdicts.flatMap(describe), ...clues] };
}

function figures(history: History): string[] {
  const puts = Object.groupBy(ofKind(history, 'put'), ({ outcome }) => outcome);
  const count = (all: readonly unknown[] | undefined): number => all?.length ?? 0;
  const failures = tally(ofKind(history, 'failed').map(({ code }) => code || 'other'));
  const took = [...recoveries(history).values()];
  return [
    `faults: ${tally(history.faults.map(({ kind }) => kind)) || 'none'}`,
    `puts: ${count(puts.acknowledged)} acknowledged, ${count(puts.refused)} refused, ` +
      `${count(puts.unknown)} unknown`,
    `grants: ${ofKind(history, 'granted').length}, lost locks: ${ofKind(history, 'lost').length}, ` +
      `reads: ${ofKind(history, 'read').length}`,
    `calls that failed: ${failures || 'none'}`,
    `all went on within ${Math.max(0, ...took).toFixed(0)} ms of the last fault`,
  ];
}

function tally(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name);
  return [...groups].map(([name, all]) => `${name} ${all.length}`).join(', ');
}

function describe({ promise, looked, violations }: Verdict): string[] {
  const shown = violations.slice(0, MOST_SHOWN).map((violation) => `    ${violation}`);
  const rest = violations.length - shown.length;
  return [
    `${violations.length === 0 ? 'held' : 'BROKEN'}: ${promise} (looked at ${looked})`,
    ...shown,
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}
