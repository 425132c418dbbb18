import { Readiness } from '../telemetry/readiness.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import type { AppState } from './app-state.js';

/** A service of several workers is ready when all have been, as long as one of them is. */
export class PoolReadiness extends Readiness {
  constructor(
    private readonly state: AppState,
    private readonly pool: WorkerPool,
  ) {
    super();
  }

  override async problems(): Promise<readonly string[]> {
    const { problem } = this.state;
    const { readyCount, size } = this.pool;
    if (problem !== undefined) return [`${problem}: ${readyCount} of ${size} workers are ready`];
    const answers = this.pool.ask('problems');
    const all = Promise.all(answers).then(summary);
    // One that hangs keeps nobody waiting where another can be sent clients.
    const each = answers.map(async (answer) => ((await answer)?.length === 0 ? [] : await all));
    return await Promise.race([all, ...each]);
  }
}

/** @param answers undefined: there was none */
function summary(answers: readonly (readonly string[] | undefined)[]): readonly string[] {
  if (answers.some((problems) => problems?.length === 0)) return [];
  const told = answers.flatMap((problems) => problems ?? ['a worker does not answer']);
  return told.length === 0 ? ['no worker is ready'] : [...new Set(told)];
}
