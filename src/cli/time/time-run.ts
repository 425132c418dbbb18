import { setTimeout as delay } from 'node:timers/promises';
import type { CandadoClient, TimeSample } from '../../client/index.js';
import { disposing } from '../disposing.js';
import type { TerminalOutput } from '../io.js';
import { Progress } from '../progress.js';
import { formatDuration } from '../quantities.js';
import type { TimeOptions } from './time-options.js';

/** Takes each exchange; what is returned is waited for before the next one. */
export type OnSample = (sample: TimeSample) => Promise<void> | void;

export interface RunWish extends Pick<TimeOptions, 'count' | 'forMs' | 'everyMs'> {
  /** Ends the run early. */
  readonly signal: AbortSignal;
  /** Where a progress bar may be shown. */
  readonly terminal: TerminalOutput;
}

/** Asks for the time as often as wished; resolves to how long that took, in seconds. */
export async function askForTime(
  client: CandadoClient,
  wish: RunWish,
  onSample: OnSample,
): Promise<number> {
  const { count = Number.POSITIVE_INFINITY, forMs, everyMs, signal } = wish;
  const startedMs = performance.now();
  const untilMs = startedMs + (forMs ?? Number.POSITIVE_INFINITY);
  await disposing(progressOf(wish), async (progress) => {
    let shownMs = startedMs;
    let turn = 0;
    for (let asked = 0; asked < count && !signal.aborted; ) {
      const flushed = onSample(await client.exchangeTime());
      if (flushed !== undefined) await flushed;
      asked += 1;
      const nowMs = performance.now();
      progress.advance(forMs === undefined ? 1 : nowMs - shownMs);
      shownMs = nowMs;
      if (asked === count || nowMs >= untilMs) return;
      if (everyMs === undefined) continue;
      // A timer may fire a little early: the next question is never that of this very moment.
      turn = Math.max(turn + 1, Math.ceil((nowMs - startedMs) / everyMs));
      const nextMs = startedMs + turn * everyMs;
      if (nextMs >= untilMs) return;
      await sleep(nextMs - nowMs, signal);
    }
  });
  return (performance.now() - startedMs) / 1_000;
}

function progressOf({ terminal, count, forMs }: RunWish): Progress {
  if (forMs === undefined) {
    const told = (done: number, perSecond: number): string =>
      `${done} of ${count}, ${Math.round(perSecond)}/s`;
    return new Progress(terminal, count ?? 0, told);
  }
  return new Progress(
    terminal,
    forMs,
    (doneMs) => `${formatDuration(doneMs)} of ${formatDuration(forMs)}`,
  );
}

/** Returns early when aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
