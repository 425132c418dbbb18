import { readFile } from 'node:fs/promises';
import { freePort } from '../../test/integration/support/free-port.js';
import { CandadoProcess } from '../../test/support/candado-process.js';

/** A replica in a process of its own. */
export class Candado implements AsyncDisposable {
  private constructor(
    private readonly process: CandadoProcess,
    readonly port: number,
    private readonly httpPort: number,
  ) {}

  static async start(settings: Readonly<Record<string, string>>): Promise<Candado> {
    const [port, httpPort] = [await freePort(), await freePort()];
    const env = {
      HOST: '127.0.0.1',
      PORT: `${port}`,
      HTTP_PORT: `${httpPort}`,
      LOG_FORMAT: 'json',
      ...settings,
    };
    const process = CandadoProcess.start(['serve'], { env });
    await process.until(({ out }) => out.includes('server.listening'));
    return new Candado(process, port, httpPort);
  }

  /** The sum of a metric over all its labels, or over those with one that is named. */
  async metric(name: string, label = ''): Promise<number> {
    const page = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    const samples = page
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .filter((line) => line.includes(label));
    if (samples.length === 0) throw new Error(`there is no metric ${name}`);
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  cpuSeconds(): Promise<number> {
    return this.metric('process_cpu_seconds_total');
  }

  residentBytes(): Promise<number> {
    return this.#status('VmRSS');
  }

  /** The most that was resident at any time. */
  peakBytes(): Promise<number> {
    return this.#status('VmHWM');
  }

  async #status(field: string): Promise<number> {
    const status = await readFile(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
