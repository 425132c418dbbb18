import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/integration/support/free-port.js';
import { Candado, type CandadoWish } from './candado.js';
import { compiled } from './compiled.js';
import { Load } from './load.js';
import type { Pins, Place } from './pins.js';
import { find, PROGRAMS, type Program } from './programs.js';
import { RedisProcess } from './redis-process.js';
import { RespConnection } from './resp-connection.js';
import { ServerProcess, type ServerWish } from './server-process.js';

/** Everything that a scenario starts; all of it ends with it. */
export class Stage implements AsyncDisposable {
  readonly #parts = new AsyncDisposableStack();
  readonly #missing = new Set<Program>();

  private constructor(
    readonly folder: string,
    readonly pins: Pins,
    /** Whether a rough answer soon is wanted. */
    readonly quick: boolean,
    /** A line for who watches: what is being done. */
    readonly say: (line: string) => void,
  ) {}

  static async build(pins: Pins, quick: boolean, say: (line: string) => void): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'candado-bench-'));
    const stage = new Stage(folder, pins, quick, say);
    // Servers that were killed a moment ago may still write.
    const removal = { recursive: true, force: true, maxRetries: 5 };
    const remove = (): void => rmSync(folder, removal);
    process.once('exit', remove);
    stage.#parts.defer(async () => {
      process.off('exit', remove);
      await rm(folder, removal);
    });
    return stage;
  }

  /** What was looked for in vain. */
  get missing(): readonly Program[] {
    return [...this.#missing];
  }

  /** Undefined where it is not installed, which the table then says. */
  async find(program: Program): Promise<string | undefined> {
    const path = await find(program);
    if (path === undefined && !this.#missing.has(program)) {
      this.#missing.add(program);
      this.say(`${program} is not installed: ${PROGRAMS[program]}`);
    }
    return path;
  }

  /** Undefined where there is no compiler. */
  async compile(name: 'load' | 'echo'): Promise<string | undefined> {
    const compiler = await this.find('gcc');
    return compiler === undefined ? undefined : await compiled(compiler, name, this.folder);
  }

  async load(): Promise<Load> {
    return new Load(this.pins, await this.compile('load'));
  }

  /** @throws NoRedisError where a scenario cannot be without; the table then says so */
  async redis(place: Place = 'anywhere'): Promise<RedisProcess> {
    await this.find('redis-server');
    return this.#parts.use(
      await RedisProcess.start(this.pins, this.folder, place, await freePort()),
    );
  }

  /** A replica; those of one stage share their files. */
  async candado(
    settings: Readonly<Record<string, string>> = {},
    wish: CandadoWish = {},
  ): Promise<Candado> {
    const root = join(this.folder, 'files');
    return this.#parts.use(
      await Candado.start(this.pins, this.folder, { FILES_ROOT: root, ...settings }, wish),
    );
  }

  /** Any other server, as soon as one can connect to this port. */
  async server(port: number, wish: ServerWish): Promise<ServerProcess> {
    return await this.#parts.use(new ServerProcess(this.pins, this.folder, wish)).listens(port);
  }

  /** Where this process, which is the load then, runs until the end of the scenario. */
  async move(place: Place): Promise<void> {
    await this.pins.move(place);
    this.#parts.defer(() => this.pins.move('anywhere'));
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
