import { createHash, hash } from 'node:crypto';
import { injectable } from 'inversify';
import { ContentDamaged } from './errors.js';
import type { FileName } from './file-name.js';
import type { OpenFile, VersionRecord } from './file-store.js';

/** What is done with a stored content before any of it is given out. */
export abstract class ReadCheck {
  /** @throws {ContentDamaged} where it is not what was written */
  abstract check(name: FileName, file: OpenFile): Promise<void>;

  /**
   * The same, of a content that is in memory as a whole.
   * @throws {ContentDamaged} where it is not what was written
   */
  abstract checkWhole(name: FileName, record: VersionRecord, whole: Buffer): void;
}

/** Trusts the disk. */
@injectable()
export class NoReadCheck extends ReadCheck {
  override async check(): Promise<void> {}

  override checkWhole(): void {}
}

/**
 * Reads the whole content, also where only a part is asked for: what is given out while it is read
 * could not be taken back.
 */
@injectable()
export class Sha256ReadCheck extends ReadCheck {
  override async check(name: FileName, file: OpenFile): Promise<void> {
    const { size, sha256, version } = file.record;
    const sum = createHash('sha256');
    for await (const chunk of file.read(0, size)) sum.update(chunk);
    if (sum.digest('hex') !== sha256) throw new ContentDamaged(name, version);
  }

  override checkWhole(name: FileName, { sha256, version }: VersionRecord, whole: Buffer): void {
    if (hash('sha256', whole) !== sha256) throw new ContentDamaged(name, version);
  }
}
