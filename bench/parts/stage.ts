import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/integration/support/free-port.js';
import { Candado } from './candado.js';
import { RedisProcess } from './redis-process.js';
import { RespConnection } from './resp-connection.js';

/** Everything that a scenario starts; all of it ends with it. */
export class Stage implements AsyncDisposable {
  readonly #parts = new AsyncDisposableStack();

  private constructor(
    readonly folder: string,
    /** Whether a rough answer soon is wanted. */
    readonly quick: boolean,
    /** A line for who watches: what is being done. */
    readonly say: (line: string) => void,
  ) {}

  static async build(quick: boolean, say: (line: string) => void): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'candado-bench-'));
    const stage = new Stage(folder, quick, say);
    stage.#parts.defer(() => rm(folder, { recursive: true, force: true }));
    return stage;
  }

  async redis(): Promise<RedisProcess> {
    return this.#parts.use(await RedisProcess.start(await freePort()));
  }

  /** A replica; those of one stage share their files. */
  async candado(settings: Readonly<Record<string, string>> = {}): Promise<Candado> {
    const root = join(this.folder, 'files');
    return this.#parts.use(await Candado.start({ FILES_ROOT: root, ...settings }));
  }

  async connect(port: number): Promise<RespConnection> {
    const connection = await RespConnection.open(port);
    this.#parts.defer(() => connection.close());
    return connection;
  }

  async connections(port: number, count: number): Promise<RespConnection[]> {
    return await Promise.all(Array.from({ length: count }, () => this.connect(port)));
  }

  defer(end: () => Promise<void>): void {
    this.#parts.defer(end);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync();
  }
}
