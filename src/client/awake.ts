import { availableParallelism } from 'node:os';

/** As long as a server looks for the next request, in milliseconds. */
const AWAKE_MS = 0.2;

/**
 * Passes an answer on, and keeps this process from falling asleep over it, for a moment at most: to be
 * woken up takes longer than all else on a short way, and only on the way back. Not where the one who
 * answers may need this very processor.
 */
export async function awakeFor<T>(
  answer: Promise<T>,
  processors = availableParallelism(),
): Promise<T> {
  if (processors === 1) return await answer;
  const untilMs = performance.now() + AWAKE_MS;
  let isThere = false;
  const look = (): void => {
    if (!isThere && performance.now() < untilMs) setImmediate(look);
  };
  setImmediate(look);
  try {
    return await answer;
  } finally {
    isThere = true;
  }
}
