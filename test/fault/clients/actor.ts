import { setTimeout as delay } from 'node:timers/promises';
import {
  CandadoClient,
  CandadoError,
  type HeldLock,
  type LockMode,
  type Queued,
} from '../../../src/client/index.js';
import { contentOf, type Entry, type Put } from '../history.js';
import type { Random } from '../plan/random.js';
import type { ClientPassage } from '../world/world.js';

/** Longer than all faults of a run that could hold a queue up. */
const WAIT_MS = 30_000;

/** A `PUT` that failed with these was not made, and must not be found later. */
const REFUSALS = ['FENCED', 'NOTLOCKED', 'LOCKLOST', 'CONFLICT', 'LOCKED', 'UNREACHABLE'];

/** Impatient: a connection that says nothing is given up soon, as it should be where machines fail. */
const PATIENCE = {
  connectTimeoutMs: 1_000,
  requestTimeoutMs: 2_000,
  reconnectMaxDelayMs: 500,
} as const;

/** A client that writes down what it does and what it is told. */
export class Actor implements AsyncDisposable {
  #puts = 0;
  #step = { what: 'nothing yet', sinceMs: performance.now() };

  private constructor(
    readonly id: string,
    readonly random: Random,
    private readonly client: CandadoClient,
    private readonly passage: ClientPassage,
    private readonly write: (entry: Entry) => void,
  ) {
    client.on('lost', ({ name, token }) => {
      write({ kind: 'lost', client: id, name, token, atMs: performance.now() });
    });
  }

  static async connect(
    id: string,
    random: Random,
    passage: ClientPassage,
    write: (entry: Entry) => void,
  ): Promise<Actor> {
    const { port } = passage;
    const client = await CandadoClient.connect({ ...PATIENCE, port, clientName: id });
    return new Actor(id, random, client, passage, write);
  }

  /** What it does now, for how long, and what it was told of it. */
  get inHand(): string {
    const { what, sinceMs } = this.#step;
    return `${what} for ${(performance.now() - sinceMs).toFixed(0)} ms`;
  }

  /** Repeats `round` until told to stop; a call that fails ends only its round. */
  async repeat(round: (actor: Actor) => Promise<void>, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await round(this);
        this.write({ kind: 'done', client: this.id, atMs: performance.now() });
        await delay(this.random.whole(0, 40));
      } catch (error) {
        this.#failed('round', error);
        await delay(this.random.whole(20, 200));
      }
    }
  }

  async lock(name: string, mode: LockMode = 'exclusive'): Promise<HeldLock> {
    const sight = this.#watch(`asks for ${name} (${mode})`);
    const lock = await this.client.lock(name, { mode, waitMs: WAIT_MS, onQueued: sight.queued });
    this.#granted(lock, sight);
    return lock;
  }

  async lockAll(names: readonly string[]): Promise<HeldLock[]> {
    const sight = this.#watch(`asks for ${names.join(' and ')}`);
    const locks = [...(await this.client.lockAll(names, { waitMs: WAIT_MS }))];
    // Which of them it stood in line for is not told: no order is expected of them.
    for (const lock of locks) this.#granted(lock, { ...sight, queuedMs: () => undefined });
    return locks;
  }

  /** Reads the file and writes one more, under a lock. */
  async increment(lock: HeldLock, keep = false): Promise<void> {
    this.#begins(`changes ${lock.name} (token ${lock.token})`);
    const value = (await this.#value(lock.name)) + 1;
    this.#puts += 1;
    const requestId = `${this.id}-${this.#puts}`;
    const sentMs = performance.now();
    const told = (outcome: Put['outcome'], version: number | undefined, code: string): void => {
      this.write({
        ...{ kind: 'put', client: this.id, name: lock.name, token: lock.token, requestId, value },
        ...{ sentMs, atMs: performance.now(), outcome, version, code },
      });
    };
    try {
      told('acknowledged', await lock.put(contentOf(value), { keep, requestId }), '');
      this.#begins(`has changed ${lock.name}${keep ? ', and keeps it' : ''}`);
    } catch (error) {
      const code = error instanceof CandadoError ? error.code : '';
      told(REFUSALS.includes(code) ? 'refused' : 'unknown', undefined, code);
      throw error;
    }
  }

  async read(name: string): Promise<void> {
    this.#begins(`reads ${name}`);
    const sentMs = performance.now();
    const value = await this.#value(name);
    const atMs = performance.now();
    this.write({ kind: 'read', client: this.id, name, value, sentMs, atMs });
  }

  /** Twice, with a pause between, under a lock that shuts writers out. */
  async readTwice(lock: HeldLock): Promise<void> {
    this.#begins(`reads ${lock.name} twice (token ${lock.token})`);
    const first = await this.#value(lock.name);
    await delay(this.random.whole(0, 30));
    const second = await this.#value(lock.name);
    await lock.renew();
    const { name } = lock;
    this.write({
      kind: 'read-twice',
      ...{ client: this.id, name, first, second, atMs: performance.now() },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }

  async #value(name: string): Promise<number> {
    return Number((await this.client.get(name)) ?? 0);
  }

  #granted(lock: HeldLock, sight: Sight): void {
    this.write({
      ...{ kind: 'granted', client: this.id, name: lock.name, mode: lock.mode, token: lock.token },
      ...{ askedMs: sight.askedMs, atMs: performance.now(), queuedMs: sight.queuedMs() },
      replica: sight.replica(),
    });
  }

  #begins(what: string): void {
    this.#step = { what, sinceMs: performance.now() };
  }

  #watch(what: string): Sight {
    this.#begins(what);
    const askedMs = performance.now();
    const before = this.passage.current;
    let queuedMs: number | undefined;
    return {
      askedMs,
      queued: ({ name, position }) => {
        queuedMs ??= performance.now();
        this.#step.what = `${what}, was number ${position} for ${name},`;
      },
      queuedMs: () => queuedMs,
      replica: () =>
        before !== undefined && this.passage.current === before
          ? before.destination.replica.index
          : undefined,
    };
  }

  #failed(call: string, thrown: unknown): void {
    // The first of two: giving the lock up failed, too, as it had to.
    const error = thrown instanceof SuppressedError ? thrown.suppressed : thrown;
    const code = error instanceof CandadoError ? error.code : '';
    const message = error instanceof Error ? error.message : String(error);
    const atMs = performance.now();
    this.write({ kind: 'failed', client: this.id, call, code, message, atMs });
  }
}

/** What is seen of a request until it is answered. */
interface Sight {
  readonly askedMs: number;
  readonly queued: (place: Queued) => void;
  readonly queuedMs: () => number | undefined;
  readonly replica: () => number | undefined;
}
