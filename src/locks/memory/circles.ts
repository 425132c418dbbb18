import type { CircleStep, SessionId } from '../model.js';
import type { LockEntry } from './lock-entry.js';

/** What a session waits for, and as whom. */
export interface Waiting {
  readonly entry: LockEntry;
  readonly step: CircleStep;
}

/**
 * The circle that `first` would close by waiting: from each name to its holders, and on to what
 * they wait for. Undefined if it closes none.
 */
export function findCircle(
  first: Waiting,
  waitingOf: (session: SessionId) => Waiting | undefined,
): readonly CircleStep[] | undefined {
  const seen = new Set<SessionId>();
  const paths: { readonly waiting: Waiting; readonly steps: readonly CircleStep[] }[] = [
    { waiting: first, steps: [first.step] },
  ];
  for (const { waiting, steps } of paths) {
    for (const { session } of waiting.entry.holders) {
      if (session === first.step.session) {
        if (steps.length > 1) return steps;
        continue; // what it holds already of the name it asks for
      }
      if (seen.has(session)) continue;
      seen.add(session);
      const next = waitingOf(session);
      if (next !== undefined) paths.push({ waiting: next, steps: [...steps, next.step] });
    }
  }
  return undefined;
}
