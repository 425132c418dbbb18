import { FileStoreUnavailable } from '../errors.js';
import type { OpenFile, VersionRecord } from '../file-store.js';
import { piecesOf } from './body-pieces.js';
import { BucketError, hasFailed, unavailable } from './bucket-errors.js';
import { pause } from './repeating.js';
import type { S3Bucket } from './s3-bucket.js';

/** So often in a row a connection may end without a byte before a read gives up. */
const MAX_VAIN_TRIES = 4;

/** An open content. It stays readable for the grace that pruned contents have. */
export class S3File implements OpenFile {
  constructor(
    readonly record: VersionRecord,
    private readonly bucket: S3Bucket,
    private readonly key: string,
  ) {}

  /** Goes on where it was when a connection ends, also for being read too slowly. */
  async *read(offset: number, length: number): AsyncGenerator<Buffer, void, undefined> {
    const end = Math.min(this.record.size, offset + length);
    let at = offset;
    for (let vain = 0; at < end; vain++) {
      const before = at;
      try {
        for await (const piece of piecesOf(await this.bucket.stream(this.key, at, end))) {
          at += piece.length;
          yield piece;
        }
      } catch (error) {
        if (error instanceof BucketError) throw missingOr(error);
        // Of the stream; or of the reader, which does not come here.
      }
      if (at > before) vain = 0;
      if (at < end && vain >= MAX_VAIN_TRIES) {
        throw unavailable(new BucketError('unclear', 'less than it announced'));
      }
      if (at < end) await pause(vain);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held between reads.
  }
}

function missingOr(error: BucketError): FileStoreUnavailable {
  if (!hasFailed(error, 'absent')) return unavailable(error);
  return new FileStoreUnavailable(
    'this version was pruned while it was read: read the current one',
    false,
    { cause: error },
  );
}
