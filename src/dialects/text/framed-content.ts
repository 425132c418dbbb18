import { Upload } from '../../commands/upload.js';
import { MAX_WHOLE_CONTENT_BYTES } from './limits.js';
import type { ReadQueue } from './read-queue.js';

const LF = 0x0a;
const CR = 0x0d;

/** The content of a framed `PUT`, as an argument or, where it is long or late, as a stream. */
export type FramedContent =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'streamed'; readonly upload: Upload };

/** Moves the declared bytes from the reads to where they belong ([T-6]). */
export class FramedContentReader {
  #upload: Upload | undefined;
  #left = 0;

  /** The upload that is under way. */
  get upload(): Upload | undefined {
    return this.#upload;
  }

  begin(size: number, reads: ReadQueue): FramedContent {
    this.#left = size;
    if (size <= MAX_WHOLE_CONTENT_BYTES && size <= reads.bytes) {
      const pieces: Buffer[] = [];
      this.#take(reads, (piece) => pieces.push(piece));
      return { kind: 'whole', bytes: Buffer.concat(pieces) };
    }
    const upload = new Upload(size, false);
    this.#upload = upload;
    this.continue(reads);
    return { kind: 'streamed', upload };
  }

  /** Gives the upload under way what there is for it, and nothing of what follows it. */
  continue(reads: ReadQueue): void {
    const upload = this.#upload;
    if (upload === undefined) return;
    this.#take(reads, (piece) => upload.write(piece));
    if (this.#left > 0) return;
    this.#upload = undefined;
    upload.end();
    upload.finish([]);
  }

  abort(error: Error): void {
    this.#upload?.abort(error);
    this.#upload = undefined;
  }

  #take(reads: ReadQueue, onPiece: (piece: Buffer) => void): void {
    while (this.#left > 0) {
      const taken = reads.take(this.#left, true);
      if (taken === undefined) return;
      this.#left -= taken.bytes.length;
      onPiece(taken.bytes);
    }
    dropLineBreak(reads);
  }
}

/** People press Enter behind a content; in the same read that is not a message of theirs. */
function dropLineBreak(reads: ReadQueue): void {
  const { first } = reads;
  if (first?.behindCommand !== true) return;
  if (first.bytes[0] === LF) reads.take(1, true);
  else if (first.bytes[0] === CR && first.bytes[1] === LF) reads.take(2, true);
}
