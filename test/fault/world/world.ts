import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../integration/support/free-port.js';
import type { Random } from '../plan/random.js';
import { libfaketime } from './faketime.js';
import { type Destination, Passage } from './passage.js';
import { RedisPair } from './redis-pair.js';
import { Replica } from './replica.js';

/** The most that can be kept: nothing that was published may be gone when it is looked at. */
const KEEP_VERSIONS = 10_000;

/** How often replicas are asked whether they are ready, in milliseconds, as a balancer does. */
const HEALTH_INTERVAL_MS = 300;

export interface WorldWish {
  readonly replicas: number;
  readonly leaseMs: number;
  /** Whether clocks can be stepped, for which a library is needed. */
  readonly clocks: boolean;
  /** Where all that the run leaves behind lies. */
  readonly folder: string;
}

interface ToReplica extends Destination {
  readonly replica: Replica;
}

export type ClientPassage = Passage<ToReplica>;

/** Replicas, the Redis that they share, and everything between them and their clients. */
export class World implements AsyncDisposable {
  readonly clients: ClientPassage[] = [];
  readonly #ready = new Set<Replica>();
  #health: NodeJS.Timeout | undefined;

  private constructor(
    readonly redis: RedisPair,
    readonly replicas: readonly Replica[],
    private readonly parts: AsyncDisposableStack,
    readonly filesRoot: string,
  ) {}

  static async start(wish: WorldWish): Promise<World> {
    await using parts = new AsyncDisposableStack();
    const library = wish.clocks ? await libfaketime() : undefined;
    const redis = parts.use(await RedisPair.start());
    const filesRoot = join(wish.folder, 'files');
    await mkdir(filesRoot, { recursive: true });
    const replicas: Replica[] = [];
    for (let index = 0; index < wish.replicas; index++) {
      const passage = parts.use(
        await Passage.open(() => {
          const gate = replicas[index]?.redisGate;
          return gate === undefined ? undefined : { port: redis.port, gate };
        }),
      );
      replicas.push(
        new Replica({
          index,
          port: await freePort(),
          httpPort: await freePort(),
          settings: {
            HOST: '127.0.0.1',
            FILES_ROOT: filesRoot,
            REDIS_URL: `redis://127.0.0.1:${passage.port}`,
            LEASE_TTL_MS: String(wish.leaseMs),
            KEEP_VERSIONS: String(KEEP_VERSIONS),
          },
          logFile: join(wish.folder, `replica-${index}.log`),
          clock:
            library === undefined
              ? undefined
              : { library, file: join(wish.folder, `clock-${index}`) },
        }),
      );
    }
    const world = new World(redis, replicas, parts.move(), filesRoot);
    for (const replica of replicas) replica.start();
    world.#watchHealth();
    return world;
  }

  /** Resolves when all replicas are ready. */
  async ready(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = setInterval(() => {
      if (this.#ready.size === this.replicas.length) resolve();
    }, HEALTH_INTERVAL_MS);
    await promise;
    clearInterval(look);
  }

  /** A way to the replicas for one client, as through a load balancer. */
  async openClientPassage(random: Random): Promise<ClientPassage> {
    const passage = await Passage.open((): ToReplica | undefined => {
      // Where none is ready, whoever asks is sent on all the same, and finds out by itself.
      const candidates = this.#ready.size > 0 ? [...this.#ready] : this.replicas;
      const replica = random.pick(candidates);
      return { port: replica.port, gate: replica.gate, replica };
    });
    this.clients.push(this.parts.use(passage));
    return passage;
  }

  replica(index: number): Replica {
    const replica = this.replicas[index];
    if (replica === undefined) throw new RangeError(`there is no replica ${index}`);
    return replica;
  }

  /** All replicas end as they should; then nobody writes any more. */
  async stopReplicas(): Promise<void> {
    clearInterval(this.#health);
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#health);
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.parts.disposeAsync();
  }

  #watchHealth(): void {
    this.#health = setInterval(() => {
      for (const replica of this.replicas) {
        void replica.isReady().then((ready) => {
          if (ready) this.#ready.add(replica);
          else this.#ready.delete(replica);
        });
      }
    }, HEALTH_INTERVAL_MS);
  }
}
