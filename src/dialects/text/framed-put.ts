import { Upload } from '../../commands/upload.js';

/** The content of a framed `PUT name size`, while it arrives. */
export class FramedPut {
  readonly upload: Upload;
  #left: number;

  constructor(size: number) {
    this.upload = new Upload(size, false);
    this.#left = size;
    if (size === 0) this.#finish();
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** @returns what lies behind the content */
  write(bytes: Buffer): Buffer {
    const mine = bytes.subarray(0, this.#left);
    if (mine.length > 0) {
      this.#left -= mine.length;
      this.upload.write(mine);
      if (this.#left === 0) this.#finish();
    }
    return bytes.subarray(mine.length);
  }

  #finish(): void {
    this.upload.end();
    this.upload.finish([]);
  }
}
