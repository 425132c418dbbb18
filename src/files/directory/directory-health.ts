import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { StoreHealth } from '../store-health.js';
import { unavailable } from './disk-errors.js';
import { Layout } from './layout.js';
import { DirectoryStoreOptions } from './options.js';

/** However many ask, the disk is looked at no more often than that, in milliseconds. */
export const LOOK_EVERY_MS = 1_000;

/** A disk that takes longer, such as an NFS whose server is gone, does not answer. */
export const LOOK_TIMEOUT_MS = 2_000;

/**
 * Sees a root that has vanished, became read-only or is denied. A full disk is none of it: reading
 * and deleting go on.
 */
@injectable()
export class DirectoryHealth extends StoreHealth {
  readonly #folders: readonly string[];
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #found: Promise<string | undefined> = Promise.resolve(undefined);
  /** What may still hang; no second look is begun meanwhile. */
  #looking: Promise<string | undefined> | undefined;

  constructor(
    options: DirectoryStoreOptions,
    private readonly clock: Clock,
  ) {
    super();
    const { files, contents, prepared } = new Layout(options.root);
    this.#folders = [files, contents, prepared];
  }

  override problem(): Promise<string | undefined> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return this.#found;
    this.#lookedAtMs = nowMs;
    this.#looking ??= this.look(this.#folders).finally(() => {
      this.#looking = undefined;
    });
    this.#found = this.#inTime(this.#looking);
    return this.#found;
  }

  /** A seam: no test can make a disk hang. */
  protected async look(folders: readonly string[]): Promise<string | undefined> {
    try {
      for (const folder of folders) await access(folder, constants.R_OK | constants.W_OK);
      return undefined;
    } catch (error) {
      return unavailable(error).message;
    }
  }

  #inTime(looking: Promise<string | undefined>): Promise<string | undefined> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(LOOK_TIMEOUT_MS, () =>
        resolve('the disk below FILES_ROOT does not answer: check it'),
      );
      void looking.then((problem) => {
        cancel();
        resolve(problem);
      });
    });
  }
}
