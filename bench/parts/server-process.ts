import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pins, Place } from './pins.js';

const START_WITHIN_MS = 20_000;
const TRY_AGAIN_MS = 20;

/** The end of its output that explains a failure. */
const TOLD_CHARACTERS = 4_000;

export interface ServerWish {
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly place?: Place;
}

/** A server in a process of its own, which ends with this one at the latest. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #output: string;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  #failed: Error | undefined;

  /** @param folder where its output goes: whoever measures shall not have to read it meanwhile */
  constructor(
    pins: Pins,
    folder: string,
    private readonly wish: ServerWish,
  ) {
    const { program, args, env, place = 'anywhere' } = wish;
    const [command, commandArgs] = pins.command(place, program, args);
    this.#output = join(folder, `output-${randomUUID()}`);
    const output = openSync(this.#output, 'wx');
    this.#child = spawn(command, commandArgs, {
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    // Before its folder is removed.
    process.prependOnceListener('exit', this.#kill);
    this.#child.once('error', (error) => {
      this.#failed = error;
    });
  }

  /** taskset becomes the program that it runs, so this is the program's own. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves when somebody can connect. */
  async listens(port: number): Promise<this> {
    const until = performance.now() + START_WITHIN_MS;
    while (!(await accepts(port))) {
      const { exitCode, signalCode } = this.#child;
      const over = this.#failed ?? exitCode ?? signalCode ?? undefined;
      if (over !== undefined || performance.now() > until)
        throw new Error(`${this.wish.what} did not start:\n${await this.#told()}`, {
          cause: this.#failed,
        });
      await delay(TRY_AGAIN_MS);
    }
    return this;
  }

  residentBytes(): Promise<number> {
    return this.#status('VmRSS');
  }

  /** The most that was resident at any time. */
  peakBytes(): Promise<number> {
    return this.#status('VmHWM');
  }

  /** At once: what it knows is of no use to anybody. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#kill();
    await exited;
  }

  async #told(): Promise<string> {
    return (await readFile(this.#output, 'utf8')).slice(-TOLD_CHARACTERS);
  }

  async #status(field: string): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const accepted = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return accepted;
}
