import type { CircleStep, SessionId } from '../model.js';
import type { Instant, LockEntry } from './lock-entry.js';

/** What a session waits for, and as whom. */
export interface Waiting {
  readonly entry: LockEntry;
  readonly step: CircleStep;
}

/** A way from the first session, told from its end: thousands may wait one for the other. */
interface Way {
  readonly waiting: Waiting;
  readonly before: Way | undefined;
}

/**
 * The circle that `first` would close by waiting: from each name to those who keep it from others,
 * and on to what they wait for. Undefined if it closes none.
 */
export function findCircle(
  first: Waiting,
  now: Instant,
  waitingOf: (session: SessionId) => Waiting | undefined,
): readonly CircleStep[] | undefined {
  const seen = new Set<SessionId>();
  const lookedAt = new Set<LockEntry>();
  const ways: Way[] = [{ waiting: first, before: undefined }];
  for (const way of ways) {
    const { entry } = way.waiting;
    if (lookedAt.has(entry)) continue;
    lookedAt.add(entry);
    for (const session of entry.obstacles(now)) {
      if (session === first.step.session) {
        if (way.before !== undefined) return stepsOf(way);
        continue; // what it holds already of the name it asks for
      }
      if (seen.has(session)) continue;
      seen.add(session);
      const waiting = waitingOf(session);
      if (waiting !== undefined) ways.push({ waiting, before: way });
    }
  }
  return undefined;
}

function stepsOf(last: Way): readonly CircleStep[] {
  const steps: CircleStep[] = [];
  for (let way: Way | undefined = last; way !== undefined; way = way.before) {
    steps.push(way.waiting.step);
  }
  return steps.reverse();
}
