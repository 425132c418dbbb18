import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** The folder of `package.json`. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ProcessWish {
  /** Over the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads, to the end; without it the test has its standard input. */
  readonly input?: string | Uint8Array;
}

/** A `candado` of this checkout in a process of its own, which is gone with its scope. */
export class CandadoProcess implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  #out = '';
  #err = '';

  /** @param nodeArgs what `node` is given: the program and its arguments */
  constructor(nodeArgs: readonly string[], { env = {}, input }: ProcessWish = {}) {
    this.#child = spawn(process.execPath, nodeArgs, {
      cwd: PACKAGE_FOLDER,
      env: { ...process.env, CANDADO_HOST: '', CANDADO_PORT: '', NO_COLOR: '', ...env },
    });
    const child = this.#child;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      this.#out += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      this.#err += piece;
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        process.off('exit', kill);
        resolve({ code, out: this.#out, err: this.#err });
      });
    });
    // One that ends without reading all it is sent has a reason of its own, which the test sees.
    child.stdin.on('error', () => undefined);
    if (input !== undefined) child.stdin.end(input);
  }

  static start(args: readonly string[], wish: ProcessWish = {}): CandadoProcess {
    return new CandadoProcess([PROGRAM, ...args], wish);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Resolves when it has printed what fulfils the condition; rejects if it ends before. */
  async until(condition: (printed: CandadoProcess) => boolean): Promise<void> {
    const { stdout, stderr } = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (condition(this)) resolve();
    };
    for (const stream of [stdout, stderr]) stream.on('data', look);
    void this.ended.then(({ err }) => reject(new Error(`it ended before: ${err}`)), reject);
    look();
    await promise.finally(() => {
      for (const stream of [stdout, stderr]) stream.off('data', look);
    });
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}

/** Runs `candado` to its end. */
export async function candado(args: readonly string[], wish: ProcessWish = {}): Promise<Ended> {
  await using running = CandadoProcess.start(args, { input: '', ...wish });
  return await running.ended;
}
