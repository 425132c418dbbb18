/** Things that one script may be given at once, by the name of their lock. */
export type Batch<T> = ReadonlyMap<string, readonly T[]>;

/** Which names may be given to one script: in a cluster, those whose keys lie in one slot. */
export type Grouping = (name: string) => string;

/** On a single node every name may go with every other. */
export const oneGroup: Grouping = () => '';

/**
 * Cuts things into batches of about `size`, by group. Those of one name stay together, so that
 * their lock is read and written once; a name of many readers makes a batch larger.
 */
export function makeBatches<T extends { readonly name: string }>(
  things: Iterable<T>,
  size: number,
  groupOf: Grouping,
): Batch<T>[] {
  const groups = new Map<string, Map<string, T[]>>();
  for (const thing of things) {
    const group = entry(groups, groupOf(thing.name), () => new Map<string, T[]>());
    entry(group, thing.name, () => []).push(thing);
  }
  const batches: Map<string, T[]>[] = [];
  for (const group of groups.values()) {
    let left = 0;
    for (const [name, sameName] of group) {
      if (left <= 0) {
        batches.push(new Map());
        left = size;
      }
      batches.at(-1)?.set(name, sameName);
      left -= sameName.length;
    }
  }
  return batches;
}

/**
 * Runs every batch, some at once so that about `limit` things are under way. One that fails does
 * not keep the others from being run: their server may be another one.
 * @throws the first failure, after all were run
 */
export async function runBatches<T>(
  batches: readonly Batch<T>[],
  limit: number,
  run: (batch: Batch<T>) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const left = [...batches];
  while (left.length > 0) {
    let things = 0;
    const fitting = left.findIndex((batch, index) => {
      things += sizeOf(batch);
      return index > 0 && things > limit;
    });
    const some = left.splice(0, fitting < 0 ? left.length : fitting);
    for (const result of await Promise.allSettled(some.map(run))) {
      if (result.status === 'rejected') failures.push(result.reason);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function sizeOf(batch: Batch<unknown>): number {
  let size = 0;
  for (const things of batch.values()) size += things.length;
  return size;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
