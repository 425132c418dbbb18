import { createHash } from 'node:crypto';
import type { OpenFile, VersionRecord } from '../file-store.js';
import type { ContentId } from '../head.js';

/** Larger ones are dominated by what their bytes cost; two trips to the thread pool are not. */
export const SMALL_CONTENT_BYTES = 16 * 1024;

/** What all contents that are kept may take. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** What one costs beside its bytes: its record, and its place here. */
const KEPT_COST_BYTES = 1024;

/** A small content, whole in memory. */
export class SmallFile implements OpenFile {
  constructor(
    readonly record: VersionRecord,
    /** Not to be changed. */
    readonly whole: Buffer,
  ) {}

  /** Whether it is what was written. What is not is not kept: it may be restored from a backup. */
  get isSound(): boolean {
    return createHash('sha256').update(this.whole).digest('hex') === this.record.sha256;
  }

  async *read(offset: number, length: number): AsyncGenerator<Buffer, void, undefined> {
    const part = this.whole.subarray(offset, offset + length);
    if (part.length > 0) yield Buffer.from(part);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/**
 * The small contents that were read last. A content never changes, and which one is a file's is
 * asked of the head each time: none is ever older than what was acknowledged.
 */
export class SmallContents {
  /** In the order of their last use. */
  readonly #kept = new Map<ContentId, SmallFile>();
  #cost = 0;

  get(id: ContentId): SmallFile | undefined {
    const file = this.#kept.get(id);
    if (file === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, file);
    return file;
  }

  keep(id: ContentId, file: SmallFile): void {
    if (this.#kept.has(id)) return;
    this.#kept.set(id, file);
    this.#cost += costOf(file);
    for (const [oldest, unused] of this.#kept) {
      if (this.#cost <= KEPT_BYTES) return;
      this.#kept.delete(oldest);
      this.#cost -= costOf(unused);
    }
  }
}

function costOf({ whole }: SmallFile): number {
  return whole.length + KEPT_COST_BYTES;
}
