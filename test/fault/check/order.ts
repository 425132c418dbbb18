import { type FaultWindow, type Granted, type History, ofKind } from '../history.js';
import type { FaultKind } from '../plan/fault.js';
import { byName } from './exclusion.js';
import { Findings, type Verdict } from './verdict.js';

/** These leave every place in a queue as it was, whoever they happen to. */
const HARMLESS: readonly FaultKind[] = ['step-clock'];

/** These happen to all who wait; the others only to those on their replica. */
const EVERYBODYS: readonly FaultKind[] = ['pause-redis', 'kill-redis', 'empty-redis', 'fail-over'];

/**
 * Who was in the queue before another asked is granted first, as long as nothing happened to either
 * or to Redis: whose replica cannot be reached may be passed over, and who lost its connection asks
 * anew.
 */
export function checkOrder(history: History): Verdict {
  const findings = new Findings('first in the queue, first granted');
  const ends = (window: FaultWindow): number => window.endedMs + 2 * history.leaseMs;
  const live = ofKind(history, 'granted').filter(
    (grant) =>
      grant.replica !== undefined &&
      !history.faults.some(
        (window) =>
          !HARMLESS.includes(window.kind) &&
          (EVERYBODYS.includes(window.kind) || window.replica === grant.replica) &&
          window.beganMs <= grant.atMs &&
          ends(window) >= grant.askedMs,
      ),
  );
  for (const [name, grants] of byName(live)) {
    for (const first of grants) {
      const { queuedMs } = first;
      if (queuedMs === undefined) continue;
      for (const second of grants) {
        // Who was granted before the first one asked, or asked after it was granted, is no rival.
        if (second.askedMs <= queuedMs || second.askedMs >= first.atMs) continue;
        findings.expect(first.token <= second.token, () => overtaken(name, first, second));
      }
    }
  }
  return findings.verdict();
}

function overtaken(name: string, first: Granted, second: Granted): string {
  return (
    `${name}: ${second.client} asked at ${second.askedMs.toFixed(0)} ms and got token ` +
    `${second.token}, ${first.client} waited from ${first.queuedMs?.toFixed(0)} ms on and got ` +
    `${first.token}`
  );
}
