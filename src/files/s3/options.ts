import type { Keeping } from '../keeping.js';
import { PART_BYTES, type S3Place } from '../url/files-url.js';

/** How long a service may take to answer one request, in milliseconds, before it is tried again. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Where the files lie and how they are kept. Bound as a constant by the container. */
export class S3StoreOptions {
  /**
   * @param place the bucket and what leads to it
   * @param maxFileBytes largest content; at most `MAX_S3_CONTENT_BYTES`
   * @param keeping which versions of a file are kept
   * @param sweeps whether it looks after the whole store in the background
   * @param requestTimeoutMs see {@link REQUEST_TIMEOUT_MS}
   * @param partBytes see {@link PART_BYTES}
   */
  constructor(
    readonly place: S3Place,
    readonly maxFileBytes: number,
    readonly keeping: Keeping,
    readonly requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
    readonly partBytes: number = PART_BYTES,
    readonly sweeps: boolean = true,
  ) {}
}
