/**
 * The name that `given` was probably meant to be: fewest letters to add, drop or change, at most a
 * third of them; undefined where none is near. Case, dashes and underscores do not count.
 */
export function nearest(given: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(letters(given), letters(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

const letters = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

/** Levenshtein, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (let column = 0; column < to.length; column++) {
      const changed = (row[column] ?? 0) + (letter === to[column] ? 0 : 1);
      const dropped = (row[column + 1] ?? 0) + 1;
      const added = (next[column] ?? 0) + 1;
      next.push(Math.min(changed, dropped, added));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
