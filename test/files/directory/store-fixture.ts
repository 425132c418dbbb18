import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { Failpoints, type StepName } from '../../../src/files/failpoints.js';
import { FileObserver } from '../../../src/files/file-observer.js';
import { Keeping } from '../../../src/files/keeping.js';
import {
  CONTRACT_KEEP_VERSIONS,
  CONTRACT_MAX_FILE_BYTES,
} from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

/** A fake clock that starts when the test does, as the times of files on disk do. */
export class DiskClock extends FakeClock {
  // Rounded up: a file made now must not look as if it came from the future.
  readonly #startMicros = (Date.now() + 1000) * 1000;

  override epochMicros(): number {
    return this.#startMicros + Math.round((this.monotonicMs() - 1000) * 1000);
  }
}

export class RecordingFileObserver extends FileObserver {
  readonly repairs: string[] = [];

  override viewRepaired(result: 'written' | 'found' | 'failed'): void {
    this.repairs.push(result);
  }
}

/** One operation standing still at a step. */
export interface Stop {
  /** Resolves when it got there. */
  readonly reached: Promise<void>;
  resume(): void;
}

/** Lets a test stop or fail the next operation that comes by a step. */
export class TestFailpoints extends Failpoints {
  readonly steps: StepName[] = [];
  readonly #actions = new Map<StepName, () => Promise<void>>();

  override async hit(step: StepName): Promise<void> {
    this.steps.push(step);
    const action = this.#actions.get(step);
    this.#actions.delete(step);
    await action?.();
  }

  stopAt(step: StepName): Stop {
    const reached = Promise.withResolvers<void>();
    const resumed = Promise.withResolvers<void>();
    this.#actions.set(step, () => {
      reached.resolve();
      return resumed.promise;
    });
    return { reached: reached.promise, resume: () => resumed.resolve() };
  }

  failAt(step: StepName, error: Error): void {
    this.#actions.set(step, () => Promise.reject(error));
  }

  doAt(step: StepName, action: () => Promise<void>): void {
    this.#actions.set(step, action);
  }
}

/** One replica. */
export interface Replica {
  readonly store: DirectoryFileStore;
  readonly failpoints: TestFailpoints;
  readonly log: RecordingLog;
  readonly observer: RecordingFileObserver;
}

export interface ReplicaOptions {
  readonly plainView?: 'on' | 'off';
  readonly durability?: 'fsync' | 'os';
}

/** A temporary root and any number of replicas on it. */
export class StoreFixture {
  readonly #stores: DirectoryFileStore[] = [];

  private constructor(
    readonly root: string,
    readonly clock: DiskClock,
  ) {}

  static async create(): Promise<StoreFixture> {
    return new StoreFixture(await mkdtemp(join(tmpdir(), 'candado-files-')), new DiskClock());
  }

  /** On a root that stands, and that goes with whoever made it. */
  static at(root: string, clock: DiskClock): StoreFixture {
    return new StoreFixture(root, clock);
  }

  /** A replica whose first sweep is over. */
  async replica(options: ReplicaOptions = {}): Promise<Replica> {
    const replica = this.unopened(options);
    await replica.store.open();
    await replica.store.idle();
    return replica;
  }

  unopened({ plainView = 'off', durability = 'os' }: ReplicaOptions = {}): Replica {
    const failpoints = new TestFailpoints();
    const log = new RecordingLog();
    const observer = new RecordingFileObserver();
    const options = new DirectoryStoreOptions(
      this.root,
      CONTRACT_MAX_FILE_BYTES,
      new Keeping(CONTRACT_KEEP_VERSIONS),
      durability,
      plainView,
    );
    const store = new DirectoryFileStore(options, this.clock, log, observer, failpoints);
    this.#stores.push(store);
    return { store, failpoints, log, observer };
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  own(...parts: readonly string[]): string {
    return join(this.root, '.candado', ...parts);
  }

  /** The contents and records on the shelf. */
  async shelved(): Promise<readonly string[]> {
    const entries = await readdir(this.own('contents'), { recursive: true });
    return entries.filter((entry) => entry.includes('/'));
  }

  async contents(): Promise<readonly string[]> {
    return (await this.shelved()).filter((entry) => !entry.endsWith('.json'));
  }

  async removeRecord(id: string): Promise<void> {
    await rm(this.recordPath(id));
  }

  recordPath(id: string): string {
    return this.own('contents', id.slice(1, 3), `${id}.json`);
  }

  async prepared(): Promise<readonly string[]> {
    return await readdir(this.own('tmp'));
  }

  async close(): Promise<void> {
    for (const store of this.#stores) await store.close();
    await rm(this.root, { recursive: true, force: true });
  }
}
