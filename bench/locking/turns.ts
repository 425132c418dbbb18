import type { Holder } from './holder.js';

export interface Turns {
  /** How many each client had. */
  readonly each: readonly number[];
  readonly perSecond: number;
  /** From giving up the lock to the next grant; empty where that is part of changing the content. */
  readonly handOffsMs: readonly number[];
  /** Grants while somebody else held the lock. */
  readonly doubleGrants: number;
}

/**
 * Has all clients lock, change and give up for so long. What is under way then is completed, and counts
 * with the time it takes; what goes on before the queue is full does not count.
 */
export async function takeTurns(
  holders: readonly Holder[],
  forMs: number,
  { warmUpMs = 0, oneFile = false } = {},
): Promise<Turns> {
  const each = holders.map(() => 0);
  const handOffsMs: number[] = [];
  const startMs = performance.now() + warmUpMs;
  const endMs = startMs + forMs;
  let [held, doubleGrants, givenUpMs] = [0, 0, Number.NaN];
  const turn = async (holder: Holder, index: number): Promise<void> => {
    await holder.take();
    const grantedMs = performance.now();
    held += 1;
    if (held > 1 && oneFile) doubleGrants += 1;
    if (givenUpMs >= startMs) handOffsMs.push(grantedMs - givenUpMs);
    await holder.put();
    givenUpMs = performance.now();
    held -= 1;
    await holder.give();
    if (grantedMs >= startMs) each[index] = (each[index] ?? 0) + 1;
  };
  await Promise.all(
    holders.map(async (holder, index) => {
      while (performance.now() < endMs) await turn(holder, index);
    }),
  );
  const all = each.reduce((sum, turns) => sum + turns, 0);
  const seconds = (performance.now() - startMs) / 1_000;
  return { each, perSecond: all / seconds, handOffsMs, doubleGrants };
}
