import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./plain-stream.js', import.meta.url));

/** A server that sends one file with Node's own streams, in a process of its own. */
export class PlainStreamProcess implements AsyncDisposable {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
  ) {}

  static async start(path: string, port: number): Promise<PlainStreamProcess> {
    const child = spawn(process.execPath, [SCRIPT, path, `${port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return new PlainStreamProcess(child, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill();
    await once(this.process, 'exit');
  }
}
