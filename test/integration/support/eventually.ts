import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 20;

/**
 * Waits until a condition that only polling can see holds. A failing check counts as not yet.
 * @throws Error naming the condition, with the last failure as its cause
 */
export const eventually = async (
  what: string,
  holds: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> => {
  const end = performance.now() + limitMs;
  let cause: unknown;
  while (performance.now() < end) {
    try {
      if (await holds()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(INTERVAL_MS);
  }
  throw new Error(`not within ${limitMs} ms: ${what}`, { cause });
};
