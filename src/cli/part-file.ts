import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Digits of the checksum in a part's name: enough to tell contents of one file apart. */
const NAMED_DIGITS = 16;

/**
 * What has arrived of a content, beside the file that it is going to be: nobody ever sees half of
 * that, and what stood there before stays until all is there. A part is named after the content's
 * checksum and so is found again by who asks for the same content; two that fetch it at the same
 * time write the same bytes to the same places.
 */
export class PartFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #target: string;

  private constructor(
    file: FileHandle,
    target: string,
    readonly path: string,
    /** How much was there when it was opened. */
    readonly bytes: number,
  ) {
    this.#file = file;
    this.#target = target;
  }

  /**
   * @param sha256 of the whole content, in hex
   * @param size of the whole content; a part that is longer is not one of it, and is emptied
   */
  static async open(target: string, sha256: string, size: number): Promise<PartFile> {
    const path = join(dirname(target), partName(target, sha256.slice(0, NAMED_DIGITS)));
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    // Not through a link that somebody laid there.
    const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW);
    const { size: found } = await file.stat();
    if (found > size) await file.truncate();
    return new PartFile(file, target, path, found > size ? 0 : found);
  }

  /** Whether an earlier attempt left something. */
  get resumed(): boolean {
    return this.bytes > 0;
  }

  /** A sha256 that was fed with what is there. */
  async hash(): Promise<Hash> {
    const hash = createHash('sha256');
    if (this.bytes === 0) return hash;
    const end = this.bytes - 1;
    for await (const chunk of this.#file.createReadStream({ start: 0, end, autoClose: false })) {
      hash.update(chunk);
    }
    return hash;
  }

  /** Adds what comes to what was there; on the disk when this resolves. */
  async append(content: AsyncIterable<Uint8Array>): Promise<void> {
    let position = this.bytes;
    for await (const chunk of content) {
      await this.#write(chunk, position);
      position += chunk.length;
    }
    await this.#file.sync();
  }

  /** How much is there now. */
  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** All is there and as it should be: it takes its place. */
  async finish(): Promise<void> {
    await rename(this.path, this.#target);
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  /** One call may write less than it was given, such as on a disk that is nearly full. */
  async #write(chunk: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#file.write(
        chunk,
        written,
        chunk.length - written,
        position + written,
      );
      written += bytesWritten;
    }
  }
}

/** Removes parts of other contents of `target`; resolves to how many there were. */
export async function removeOtherParts(target: string, sha256: string): Promise<number> {
  const folder = dirname(target);
  const own = partName(target, sha256.slice(0, NAMED_DIGITS));
  const pattern = new RegExp(`^[0-9a-f]{${NAMED_DIGITS}}$`);
  const others = (await readdir(folder)).filter((name) => {
    const digits = name.slice(-(NAMED_DIGITS + '.part'.length), -'.part'.length);
    return pattern.test(digits) && name === partName(target, digits) && name !== own;
  });
  for (const name of others) await rm(join(folder, name), { force: true });
  return others.length;
}

function partName(target: string, digits: string): string {
  return `.${basename(target)}.${digits}.part`;
}
