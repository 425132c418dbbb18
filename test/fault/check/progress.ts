import { type FaultWindow, type History, ofKind } from '../history.js';
import { Findings, type Verdict } from './verdict.js';

/** A lease that was lost a moment before may still have to run out before the next is granted. */
const LEASES_TO_RECOVER = 2;

/**
 * Codes that say that something is wrong with the program, not with its surroundings. `DEADLOCK` is
 * none of them: who asks again for several files, of which it lost one, may hold a later one.
 */
const NEVER = ['', 'ERR', 'PROTOCOL', 'NAME', 'NOPROTO', 'LENGTH', 'NOPERM'];

/** After the last fault every client gets its work done again, soon. */
export function checkProgress(history: History): Verdict {
  const { inHand } = history;
  const limitMs = LEASES_TO_RECOVER * history.leaseMs;
  const findings = new Findings(`all go on within ${limitMs} ms of the last fault`);
  for (const [client, tookMs] of recoveries(history)) {
    findings.expect(
      tookMs <= limitMs,
      () =>
        `${client} did nothing for ${tookMs.toFixed(0)} ms after the last fault; ` +
        `at the end: ${inHand.get(client) ?? 'nothing'}`,
    );
  }
  return findings.verdict();
}

/** How long each client took to do its work once more after the last fault, in milliseconds. */
export function recoveries(history: History): Map<string, number> {
  const { healedMs, stoppedMs, clients } = history;
  const took = new Map(clients.map((client) => [client, stoppedMs - healedMs]));
  for (const { client, atMs } of ofKind(history, 'done')) {
    const sofar = took.get(client) ?? Number.POSITIVE_INFINITY;
    if (atMs >= healedMs) took.set(client, Math.min(sofar, atMs - healedMs));
  }
  return took;
}

/** No process ends by itself, and no call fails in a way that no fault explains. */
export function checkConduct(history: History): Verdict {
  const findings = new Findings('nothing ends or fails without a cause');
  findings.looked = history.entries.length;
  for (const { replica, what } of history.misbehaviours) {
    findings.expect(false, () => `replica ${replica} ${what}`);
  }
  for (const { client, call, code, message } of ofKind(history, 'failed')) {
    findings.expect(!NEVER.includes(code), () => `${client}: ${call} failed: ${code} ${message}`);
  }
  for (const { client, name, token, atMs } of ofKind(history, 'lost')) {
    findings.expect(
      history.faults.some((window) => explains(window, atMs, history.leaseMs)),
      () => `${client} lost ${name} (token ${token}) at ${atMs.toFixed(0)} ms with no fault near`,
    );
  }
  return findings.verdict();
}

/** What was lost may be found out as late as at the next use, or renewal. */
const LEASES_TO_NOTICE = 4;

function explains({ beganMs, endedMs }: FaultWindow, atMs: number, leaseMs: number): boolean {
  return beganMs <= atMs && atMs <= endedMs + LEASES_TO_NOTICE * leaseMs;
}
