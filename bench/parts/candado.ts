import { freePort } from '../../test/integration/support/free-port.js';
import { PACKAGE_FOLDER } from '../../test/support/candado-process.js';
import type { Pins, Place } from './pins.js';
import { ServerProcess } from './server-process.js';

/** Environment variables of `candado serve`. */
export type Settings = Readonly<Record<string, string>>;

/** What `node` is given for a program to collect its garbage on SIGUSR2. */
export const COLLECTS: readonly string[] = [
  '--expose-gc',
  '--import',
  new URL('./collect-on-signal.js', import.meta.url).href,
];

export interface CandadoWish {
  readonly place?: Place;
  /** Collects garbage on SIGUSR2; what is not asked for its memory runs as users run it. */
  readonly collects?: boolean;
}

/** A replica in a process of its own. */
export class Candado implements AsyncDisposable {
  private constructor(
    readonly process: ServerProcess,
    readonly port: number,
    private readonly httpPort: number,
  ) {}

  static async start(
    pins: Pins,
    folder: string,
    settings: Settings,
    { place = 'anywhere', collects = false }: CandadoWish,
  ): Promise<Candado> {
    const [port, httpPort] = [await freePort(), await freePort()];
    const server = new ServerProcess(pins, folder, {
      what: 'Candado',
      program: process.execPath,
      args: [...(collects ? COLLECTS : []), `${PACKAGE_FOLDER}dist/src/main.js`, 'serve'],
      env: {
        HOST: '127.0.0.1',
        PORT: `${port}`,
        HTTP_PORT: `${httpPort}`,
        LOG_FORMAT: 'json',
        ...settings,
      },
      place,
    });
    return new Candado(await server.listens(port), port, httpPort);
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
    return this.process.residentBytes();
  }

  /** The most that was resident at any time. */
  peakBytes(): Promise<number> {
    return this.process.peakBytes();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
