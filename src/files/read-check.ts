import { createHash } from 'node:crypto';
import { injectable } from 'inversify';
import { ContentDamaged } from './errors.js';
import type { FileName } from './file-name.js';
import type { OpenFile } from './file-store.js';

/** What is done with a stored content before any of it is given out. */
export abstract class ReadCheck {
  /** @throws {ContentDamaged} where it is not what was written */
  abstract check(name: FileName, file: OpenFile): Promise<void>;
}

/** Trusts the disk. */
@injectable()
export class NoReadCheck extends ReadCheck {
  override async check(): Promise<void> {}
}

/**
 * Reads the whole content, also where only a part is asked for: what is given out while it is read
 * could not be taken back.
 */
@injectable()
export class Sha256ReadCheck extends ReadCheck {
  override async check(name: FileName, file: OpenFile): Promise<void> {
    const { size, sha256, version } = file.record;
    const hash = createHash('sha256');
    for await (const chunk of file.read(0, size)) hash.update(chunk);
    if (hash.digest('hex') !== sha256) throw new ContentDamaged(name, version);
  }
}
