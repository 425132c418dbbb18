import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Where a process runs: where servers do, where the load does, or where the system likes.
 * A request takes about ten times as long where another processor has to be woken for it.
 */
export type Place = 'server' | 'load' | 'anywhere';

/** Gives processes their processors; leaves all to the system where that cannot be done. */
export class Pins {
  private constructor(
    private readonly processors: Readonly<Record<Place, string>> | undefined,
    /** For people. */
    readonly described: string,
  ) {}

  static async choose(): Promise<Pins> {
    const allowed = await allowedProcessors();
    const [server] = allowed;
    const load = allowed.at(-1);
    if (server === undefined || load === undefined || server === load)
      return new Pins(undefined, 'not pinned: fewer than two processors');
    const places = { server: `${server}`, load: `${load}`, anywhere: allowed.join(',') };
    try {
      await run('taskset', ['--cpu-list', places.anywhere, 'true']);
    } catch {
      return new Pins(undefined, 'not pinned: there is no taskset');
    }
    return new Pins(places, `servers on processor ${server}, load on ${load}`);
  }

  /** Whether servers and load can be told apart. */
  get both(): boolean {
    return this.processors !== undefined;
  }

  /** What is to be run for the program to be in its place. */
  command(place: Place, program: string, args: readonly string[]): readonly [string, string[]] {
    if (this.processors === undefined) return [program, [...args]];
    return ['taskset', ['--cpu-list', this.processors[place], program, ...args]];
  }

  /** Moves this very process with all its threads. */
  async move(place: Place): Promise<void> {
    if (this.processors === undefined) return;
    await run('taskset', [
      '--all-tasks',
      '--cpu-list',
      '--pid',
      this.processors[place],
      `${process.pid}`,
    ]);
  }
}

/** None where that is not known, such as on other systems than Linux. */
async function allowedProcessors(): Promise<number[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  if (list === undefined) return [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
