import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { Mount } from '../../../src/files/directory/mount.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { formatRecord, parseRecorded } from '../../../src/files/directory/record.js';
import { SMALL_CONTENT_BYTES } from '../../../src/files/directory/small-contents.js';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { Failpoints, type StepName } from '../../../src/files/failpoints.js';
import { FileObserver } from '../../../src/files/file-observer.js';
import type { ContentId } from '../../../src/files/head.js';
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
  /** The one that the disk of this machine has, if absent. */
  readonly mount?: Mount;
}

/** A mount that tells what a test wants, whatever disk the test runs on. */
export class ToldMount extends Mount {
  constructor(
    private readonly told: {
      readonly isLocal: boolean;
      readonly keepsOrder: boolean;
      readonly bringsEntries?: boolean;
    },
  ) {
    super();
  }

  override get isLocal(): boolean {
    return this.told.isLocal;
  }

  override get keepsOrder(): boolean {
    return this.told.keepsOrder;
  }

  override get bringsEntries(): boolean {
    return this.told.bringsEntries ?? this.told.keepsOrder;
  }
}

/** A content too large to lie behind its record. */
export function large(text: string): string {
  return text.padEnd(SMALL_CONTENT_BYTES + 1);
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

  unopened({ plainView = 'off', durability = 'os', mount }: ReplicaOptions = {}): Replica {
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
    const store = new DirectoryFileStore(options, this.clock, log, observer, failpoints, mount);
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

  /** The ids of the contents that are there, in files of their own or behind their records. */
  async contents(): Promise<readonly string[]> {
    const contents: string[] = [];
    for (const entry of await this.shelved()) {
      const id = basename(entry, '.json') as ContentId;
      if (id === basename(entry)) contents.push(id);
      else if ((await this.#inside(id)) !== undefined) contents.push(id);
    }
    return contents;
  }

  /** Puts small contents into files of their own, beside their records, as earlier builds did. */
  async asWrittenByEarlierBuilds(): Promise<void> {
    for (const id of await this.contents()) {
      const content = await this.#inside(id as ContentId);
      if (content === undefined) continue;
      const { record } = parseRecorded(id as ContentId, await readFile(this.recordPath(id)));
      await writeFile(this.contentPath(id), content);
      await writeFile(this.recordPath(id), formatRecord(record));
    }
  }

  /** What lies behind a record that is whole. */
  async #inside(id: ContentId): Promise<Buffer | undefined> {
    const bytes = await readFile(this.recordPath(id));
    try {
      const { record, inside } = parseRecorded(id, bytes);
      return record.size > 0 && inside?.length === 0 ? undefined : inside;
    } catch (error) {
      if (error instanceof FileStoreUnavailable) return undefined;
      throw error;
    }
  }

  async removeRecord(id: string): Promise<void> {
    await rm(this.recordPath(id));
  }

  contentPath(id: string): string {
    return this.own('contents', id.slice(1, 3), id);
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
