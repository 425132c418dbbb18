import { FileNameTaken, FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { movedBody, pendingBody } from './head-body.js';
import type { Heads, StoredHead } from './heads.js';
import type { Keys } from './keys.js';
import type { S3Bucket } from './s3-bucket.js';

/** Each try is lost only to somebody else who creates or forgets the same name, or one around it. */
const MAX_TRIES = 64;

/**
 * Makes heads, so that `a` and `a/b` are never both files, although no swap covers two objects: a
 * head is written as pending first, and made valid by a second swap once no head above or below it
 * was seen. Of two that are made at once, at least the later sees the other: whoever meets a pending
 * head above helps it to become valid, and whoever meets one below removes it, so that its second
 * swap fails. Nobody waits for anybody, who may be dead.
 */
export class HeadCreator {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
    private readonly heads: Heads,
  ) {}

  /**
   * The head of a name, made if there is none.
   * @throws {FileNameTaken}
   */
  async ensure(name: FileName): Promise<StoredHead> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = await this.heads.look(name);
      if (seen.kind === 'head') {
        if (!seen.stored.isPending) return seen.stored;
        await this.#settle(seen.stored);
        continue;
      }
      const from = seen.kind === 'forgotten' ? seen.etag : undefined;
      await this.heads.swap(name, from, pendingBody(name));
    }
    throw new FileStoreUnavailable(
      `"${name}" is created and forgotten by others all the time: try again`,
      false,
    );
  }

  /** Removes a head of version 0, if it is still this one. */
  async forget(head: Head): Promise<void> {
    if (head.version !== 0) return;
    const etag = await this.heads.tagOf(head);
    if (etag !== undefined) await this.heads.swap(head.name, etag, 'forgotten');
  }

  /** Makes a pending head valid or, if the name is not free, removes it. */
  async #settle(pending: StoredHead): Promise<void> {
    const { name } = pending.head;
    const taken = (await this.#headAbove(name)) ?? (await this.#headBelow(name));
    if (taken === undefined) {
      await this.heads.swap(name, pending.etag, movedBody(pending, pending.head.token));
      return;
    }
    await this.heads.swap(name, pending.etag, 'forgotten');
    throw new FileNameTaken(name, taken);
  }

  async #headAbove(name: FileName): Promise<FileName | undefined> {
    const segments = name.split('/');
    const above = segments.slice(1).map((_, at) => segments.slice(0, at + 1).join('/') as FileName);
    const valid = await Promise.all(above.map(async (one) => (await this.#isValid(one)) && one));
    return valid.find((one) => one !== false);
  }

  async #isValid(name: FileName): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = await this.heads.look(name);
      if (seen.kind !== 'head') return false;
      if (!seen.stored.isPending) return true;
      try {
        await this.#settle(seen.stored);
      } catch (error) {
        if (!(error instanceof FileNameTaken)) throw error;
      }
    }
    throw new FileStoreUnavailable(`"${name}" is created all the time: try again`, false);
  }

  async #headBelow(name: FileName): Promise<FileName | undefined> {
    for await (const { key, size } of this.bucket.walk(`${this.keys.head(name)}/`)) {
      // Most are valid, and then the first of them ends it.
      if (size > 0 && (await this.#staysBelow(this.keys.nameOf(key)))) {
        return this.keys.nameOf(key);
      }
    }
    return undefined;
  }

  /** Whether there is a valid head; a pending one is removed. */
  async #staysBelow(name: FileName): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = await this.heads.look(name);
      if (seen.kind !== 'head') return false;
      if (!seen.stored.isPending) return true;
      await this.heads.swap(name, seen.stored.etag, 'forgotten');
    }
    throw new FileStoreUnavailable(`"${name}" is created all the time: try again`, false);
  }
}
