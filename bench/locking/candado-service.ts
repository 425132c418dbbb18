import type { Stage } from '../parts/stage.js';
import { CONTENT, type Holder, type LockService, WAIT_MS } from './holder.js';

/**
 * @param gives how a turn ends: with the `PUT`, as it does where nothing else is asked for, or with an
 * `UNLOCK` of its own
 */
export function candadoService(
  stage: Stage,
  name: string,
  port: number,
  gives: 'by PUT' | 'by UNLOCK',
): LockService {
  const versions = new Map<string, number[]>();
  return {
    name,
    clients: 'load',
    async holder(file: string): Promise<Holder> {
      const client = await stage.connect(port);
      const keep = gives === 'by PUT' ? [] : ['KEEP'];
      const seen = versions.get(file) ?? [];
      versions.set(file, seen);
      return {
        take: async () => void (await client.call('LOCK', file, 'WAIT', `${WAIT_MS}`)),
        put: async () => {
          seen.push(Number((await client.call('PUT', file, CONTENT, ...keep)).slice(1)));
        },
        give: async () => {
          if (gives === 'by UNLOCK') await client.call('UNLOCK', file);
        },
      };
    },
    doubleChanges: () => [...versions.values()].reduce((sum, seen) => sum + irregular(seen), 0),
  };
}

/** Versions that came twice or never: each change by one who alone holds the file is the next one. */
function irregular(seen: readonly number[]): number {
  const distinct = new Set(seen);
  const sorted = [...distinct].sort((a, b) => a - b);
  const span = seen.length === 0 ? 0 : (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) + 1;
  return seen.length - distinct.size + (span - distinct.size);
}
