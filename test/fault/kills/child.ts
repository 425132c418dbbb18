import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseTold, type Told } from './told.js';

/** How long a child may take for all it has to do, in milliseconds. */
const STUCK_MS = 60_000;

export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/** A script of this folder in a process of its own; it does not outlive this one. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(script: string, args: readonly string[], heard: (told: Told) => void) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.process = fork(path, args, { silent: true });
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('the child has no output');
    const lines = createInterface({ input: stdout }).on('line', (line) => heard(parseTold(line)));
    const kill = (): void => void this.process.kill('SIGKILL');
    process.once('exit', kill);
    this.ended = Promise.all([once(this.process, 'exit'), once(lines, 'close'), text(stderr)]).then(
      ([[, signal], , errors]) => {
        process.off('exit', kill);
        return { signal, errors };
      },
    );
  }

  /** Ends it if it hangs; to be awaited in place of `ended` once it has nothing more to wait for. */
  async endedInTime(): Promise<Ended> {
    let isStuck = false;
    const timer = setTimeout(() => {
      isStuck = true;
      this.process.kill('SIGKILL');
    }, STUCK_MS);
    const ended = await this.ended;
    clearTimeout(timer);
    return isStuck ? { ...ended, errors: `it hung; ${ended.errors}` } : ended;
  }
}
