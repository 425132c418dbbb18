import type { Keeping } from '../keeping.js';
import { PART_BYTES, type S3Place } from '../url/files-url.js';

/**
 * How long a service may take to answer a small request, in milliseconds, before it is tried again.
 * Whoever waits for one is answered after three of them at the latest, and a lease of 30 s outlasts
 * that.
 */
export const REQUEST_TIMEOUT_MS = 5_000;

/** What is rarely other than by default. */
export interface S3StoreDetails {
  /** See {@link REQUEST_TIMEOUT_MS}. */
  readonly requestTimeoutMs?: number;
  /** See {@link PART_BYTES}. */
  readonly partBytes?: number;
  /** Whether it looks after the whole store in the background, as it does by default. */
  readonly sweeps?: boolean;
}

/** Where the files lie and how they are kept. Bound as a constant by the container. */
export class S3StoreOptions {
  readonly requestTimeoutMs: number;
  readonly partBytes: number;
  readonly sweeps: boolean;

  /**
   * @param place the bucket and what leads to it
   * @param maxFileBytes largest content; at most `MAX_S3_CONTENT_BYTES`
   * @param keeping which versions of a file are kept
   */
  constructor(
    readonly place: S3Place,
    readonly maxFileBytes: number,
    readonly keeping: Keeping,
    {
      requestTimeoutMs = REQUEST_TIMEOUT_MS,
      partBytes = PART_BYTES,
      sweeps = true,
    }: S3StoreDetails = {},
  ) {
    this.requestTimeoutMs = requestTimeoutMs;
    this.partBytes = partBytes;
    this.sweeps = sweeps;
  }
}
