import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Misbehaviour } from '../history.js';
import { Gate } from './gate.js';

const PROGRAM = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

/** Longer than a drain may last, in milliseconds. */
const STOP_LIMIT_MS = 15_000;

export interface ReplicaWish {
  readonly index: number;
  readonly port: number;
  readonly httpPort: number;
  /** Settings by the names of their environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Of libfaketime; undefined: its clock never steps. */
  readonly clock: { readonly library: string; readonly file: string } | undefined;
}

/** One `candado serve` as a process of this host, started again as often as it is ended. */
export class Replica {
  /** Between it and its clients. */
  readonly gate = new Gate();
  /** Between it and Redis. */
  readonly redisGate = new Gate();
  readonly misbehaviours: Misbehaviour[] = [];
  #child: ChildProcess | undefined;
  /** Signals that explain its end. */
  #ending: NodeJS.Signals | undefined;

  constructor(private readonly wish: ReplicaWish) {
    this.stepClock(0);
  }

  get index(): number {
    return this.wish.index;
  }

  get port(): number {
    return this.wish.port;
  }

  start(): void {
    const { port, httpPort, settings, clock, logFile } = this.wish;
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, 'serve'], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        ...settings,
        PORT: String(port),
        HTTP_PORT: String(httpPort),
        LOG_FORMAT: 'json',
        ...(clock === undefined
          ? {}
          : {
              LD_PRELOAD: clock.library,
              FAKETIME_TIMESTAMP_FILE: clock.file,
              // Looked at again each second; what measures durations is left alone, as by a step
              // of a real clock.
              FAKETIME_CACHE_DURATION: '1',
              FAKETIME_DONT_FAKE_MONOTONIC: '1',
            }),
      },
    });
    closeSync(log); // the child has its own
    this.#child = child;
    this.#ending = undefined;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', (code, signal) => {
      process.off('exit', kill);
      this.#ended(code, signal);
    });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Its wall clock goes wrong by so many seconds; 0 sets it right. */
  stepClock(seconds: number): void {
    const { clock } = this.wish;
    if (clock !== undefined) writeFileSync(clock.file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  /** Whether it says that it is ready, in time. */
  async isReady(): Promise<boolean> {
    if (!this.gate.isOpen) return false;
    try {
      const url = `http://127.0.0.1:${this.wish.httpPort}/readyz`;
      return (await fetch(url, { signal: AbortSignal.timeout(500) })).ok;
    } catch {
      return false;
    }
  }

  /** A line of its own in the replica's log. */
  note(line: string): void {
    createWriteStream(this.wish.logFile, { flags: 'a' }).end(`--- ${line}\n`);
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#ending = signal;
    const ended = once(child, 'exit');
    child.kill(signal);
    const tooLate = setTimeout(() => {
      this.#misbehaved(`did not stop within ${STOP_LIMIT_MS} ms of SIGTERM`);
      child.kill('SIGKILL');
    }, STOP_LIMIT_MS);
    await ended;
    clearTimeout(tooLate);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ending === undefined) this.#misbehaved(`ended by itself with ${code ?? signal}`);
    else if (this.#ending === 'SIGTERM' && code !== 0) {
      this.#misbehaved(`ended with ${code ?? signal} when it was told to stop`);
    }
  }

  #misbehaved(what: string): void {
    this.misbehaviours.push({ replica: this.index, what });
  }
}
