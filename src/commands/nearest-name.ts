/** Names longer than this are no slip of the pen; it also bounds the work of comparing. */
const MAX_COMPARED = 24;

/** What people who know Redis reach for, and what does that here. */
const REDIS_COUNTERPARTS: Readonly<Record<string, string>> = {
  DEL: 'DELETE',
  EXISTS: 'STAT',
  EXIT: 'QUIT',
  EXPIRE: 'RENEW',
  KEYS: 'LIST',
  PEXPIRE: 'RENEW',
  SCAN: 'LIST',
  SET: 'PUT',
  SETNX: 'LOCK',
  SHUTDOWN: 'BYE',
  UNLINK: 'DELETE',
};

/** The known name that was most likely meant, if any is close enough. */
export function nearestName(wanted: string, known: readonly string[]): string | undefined {
  const counterpart = Object.hasOwn(REDIS_COUNTERPARTS, wanted)
    ? REDIS_COUNTERPARTS[wanted]
    : undefined;
  if (counterpart !== undefined && known.includes(counterpart)) return counterpart;
  if (wanted.length > MAX_COMPARED) return undefined;
  let nearest: string | undefined;
  let leastDistance = wanted.length < 5 ? 2 : 3;
  for (const name of known) {
    const between = distance(wanted, name);
    if (between < leastDistance) {
      nearest = name;
      leastDistance = between;
    }
  }
  return nearest;
}

/** Levenshtein's: letters to insert, drop or replace to get from one word to the other. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = one[row - 1] === other[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + replaced,
        ),
      );
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
