import { Readable } from 'node:stream';
import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import type { S3Place } from '../url/files-url.js';
import { BucketError, hasFailed } from './bucket-errors.js';
import { S3StoreOptions } from './options.js';
import { repeated } from './repeating.js';
import { connect, type Sdk } from './sdk.js';

/** Sent with a write: it takes place only if the object is this one, or if there is none. */
export type Condition = { readonly etag: string } | 'absent';

export interface StoredObject {
  readonly bytes: Buffer;
  /** The tag without its quotes. */
  readonly etag: string;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface ObjectPage {
  /** Sorted by the bytes of their keys. */
  readonly objects: readonly ListedObject[];
  readonly isLast: boolean;
}

export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
}

export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedMs: number;
}

/** The slowest line that a part still gets through, in bytes for each millisecond: 1 Mbit/s. */
const SLOWEST_BYTES_PER_MS = 128;

/** Putting together an upload of thousands of parts may take longer than anything else. */
const COMPLETING_MS = 60_000;

type Request<T> = (
  sdk: Sdk,
  place: { readonly Bucket: string },
  options: { readonly abortSignal: AbortSignal },
) => Promise<T>;

/**
 * The requests that the store makes of a bucket; the only one that knows the SDK, which is loaded
 * with the first request. What failed throws {@link BucketError}. What changes nothing when
 * repeated is repeated; conditional writes are not: only who reads what they wrote knows whether
 * one took place.
 */
@injectable()
export class S3Bucket {
  readonly #place: S3Place;
  readonly #timeoutMs: number;
  #sdk: Promise<Sdk> | undefined;
  #areTagsBare = false;

  constructor(
    options: S3StoreOptions,
    private readonly clock: Clock,
  ) {
    this.#place = options.place;
    this.#timeoutMs = options.requestTimeoutMs;
  }

  /** Some services (Ceph 18 is one) compare a condition only with a tag without its quotes. */
  sendBareTags(): void {
    this.#areTagsBare = true;
  }

  /**
   * Writes once.
   * @returns the object's tag
   */
  async putIf(key: string, bytes: Buffer, condition: Condition): Promise<string> {
    const held =
      condition === 'absent'
        ? { IfNoneMatch: '*' }
        : { IfMatch: this.#areTagsBare ? condition.etag : `"${condition.etag}"` };
    return await this.#putOnce(key, bytes, held);
  }

  /**
   * Writes what nobody else writes.
   * @returns whether it may be written a second time, later on: a try before seemed lost
   */
  async put(key: string, bytes: Buffer): Promise<boolean> {
    let mayArriveAgain = false;
    const doubt = (): void => {
      mayArriveAgain = true;
    };
    await repeated(() => this.#putOnce(key, bytes, {}), doubt);
    return mayArriveAgain;
  }

  /** A small object, whole; undefined if there is none. */
  async get(key: string): Promise<StoredObject | undefined> {
    try {
      return await this.#send(async ({ client, GetObjectCommand }, place, options) => {
        const command = new GetObjectCommand({ ...place, Key: key });
        const { Body, ETag = '' } = await client.send(command, options);
        return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), etag: bare(ETag) };
      });
    } catch (error) {
      if (hasFailed(error, 'absent')) return undefined;
      throw error;
    }
  }

  /**
   * The bytes `[start, end)` of an object as they come; ends early if the connection does.
   * @throws {BucketError} of failure `absent` if there is no such object
   */
  async stream(key: string, start: number, end: number): Promise<Readable> {
    return await this.#send(async ({ client, GetObjectCommand }, place, options) => {
      const range = { Key: key, Range: `bytes=${start}-${end - 1}` };
      const { Body, $metadata } = await client.send(
        new GetObjectCommand({ ...place, ...range }),
        options,
      );
      const isPart = $metadata.httpStatusCode === 206;
      if (Body instanceof Readable && (isPart || start === 0)) return Body;
      throw new BucketError('rejected', 'a whole object to a request for a part of it');
    });
  }

  /** Whether there is such an object. */
  async has(key: string): Promise<boolean> {
    try {
      await this.#send(({ client, HeadObjectCommand }, place, options) =>
        client.send(new HeadObjectCommand({ ...place, Key: key }), options),
      );
      return true;
    } catch (error) {
      if (hasFailed(error, 'absent')) return false;
      throw error;
    }
  }

  /** Removes an object, if there is one. */
  async remove(key: string): Promise<void> {
    await this.#send(({ client, DeleteObjectCommand }, place, options) =>
      client.send(new DeleteObjectCommand({ ...place, Key: key }), options),
    );
  }

  /** Up to 1000 objects whose keys begin with `prefix` and lie behind `after`. */
  async list(prefix: string, after?: string): Promise<ObjectPage> {
    const { Contents = [], IsTruncated } = await this.#send(
      ({ client, ListObjectsV2Command }, place, options) =>
        client.send(
          new ListObjectsV2Command({
            ...place,
            Prefix: prefix,
            ...(after === undefined ? {} : { StartAfter: after }),
          }),
          options,
        ),
    );
    const objects = Contents.map(({ Key = '', Size = 0, LastModified }) => ({
      key: Key,
      size: Size,
      modifiedMs: LastModified?.getTime() ?? 0,
    }));
    return { objects, isLast: IsTruncated !== true };
  }

  /** All objects whose keys begin with `prefix` and lie behind `after`, page by page. */
  async *walk(prefix: string, after?: string): AsyncGenerator<ListedObject, void, undefined> {
    for (let start = after; ; ) {
      const { objects, isLast } = await this.list(prefix, start);
      yield* objects;
      start = objects.at(-1)?.key;
      if (isLast || start === undefined) return;
    }
  }

  /** @returns the id of an upload in parts */
  async beginUpload(key: string): Promise<string> {
    const { UploadId } = await this.#send(
      ({ client, CreateMultipartUploadCommand }, place, options) =>
        client.send(new CreateMultipartUploadCommand({ ...place, Key: key }), options),
    );
    if (UploadId === undefined) throw new BucketError('unclear', 'an upload without an id');
    return UploadId;
  }

  async putPart(
    key: string,
    uploadId: string,
    number: number,
    bytes: Buffer,
  ): Promise<UploadedPart> {
    const { ETag = '' } = await this.#send(
      ({ client, UploadPartCommand }, place, options) =>
        client.send(
          new UploadPartCommand({
            ...place,
            Key: key,
            UploadId: uploadId,
            PartNumber: number,
            Body: bytes,
          }),
          options,
        ),
      bytes.length / SLOWEST_BYTES_PER_MS,
    );
    return { number, etag: ETag };
  }

  async completeUpload(
    key: string,
    uploadId: string,
    parts: readonly UploadedPart[],
  ): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    try {
      await this.#send(
        ({ client, CompleteMultipartUploadCommand }, place, options) =>
          client.send(
            new CompleteMultipartUploadCommand({
              ...place,
              Key: key,
              UploadId: uploadId,
              MultipartUpload: { Parts },
            }),
            options,
          ),
        COMPLETING_MS,
      );
    } catch (error) {
      // The try before this one completed it, and its answer was lost.
      if (hasFailed(error, 'absent') && (await this.has(key))) return;
      throw error;
    }
  }

  /** Drops an upload and its parts, if there is one. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    try {
      await this.#send(({ client, AbortMultipartUploadCommand }, place, options) =>
        client.send(
          new AbortMultipartUploadCommand({ ...place, Key: key, UploadId: uploadId }),
          options,
        ),
      );
    } catch (error) {
      if (!hasFailed(error, 'absent')) throw error;
    }
  }

  /** All uploads that were begun and neither completed nor aborted, page by page. */
  async *unfinishedUploads(prefix: string): AsyncGenerator<UnfinishedUpload, void, undefined> {
    let behind: { readonly KeyMarker: string; readonly UploadIdMarker: string } | undefined;
    do {
      const {
        Uploads = [],
        IsTruncated = false,
        NextKeyMarker,
        NextUploadIdMarker,
      } = await this.#send(({ client, ListMultipartUploadsCommand }, place, options) => {
        const page = { ...place, Prefix: prefix, ...behind };
        return client.send(new ListMultipartUploadsCommand(page), options);
      });
      for (const { Key = '', UploadId = '', Initiated } of Uploads) {
        yield { key: Key, uploadId: UploadId, startedMs: Initiated?.getTime() ?? 0 };
      }
      const isLast =
        !IsTruncated || NextKeyMarker === undefined || NextUploadIdMarker === undefined;
      behind = isLast
        ? undefined
        : { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker };
    } while (behind !== undefined);
  }

  async close(): Promise<void> {
    if (this.#sdk === undefined) return;
    (await this.#sdk).client.destroy();
  }

  async #putOnce(
    key: string,
    bytes: Buffer,
    condition: { IfMatch?: string; IfNoneMatch?: string },
  ): Promise<string> {
    return await this.#sendOnce(async ({ client, PutObjectCommand }, place, options) => {
      const input = { ...place, Key: key, Body: bytes, ...condition };
      const { ETag } = await client.send(new PutObjectCommand(input), options);
      if (ETag === undefined) throw new BucketError('unclear', 'a write without a tag');
      return bare(ETag);
    }, bytes.length / SLOWEST_BYTES_PER_MS);
  }

  #send<T>(request: Request<T>, extraMs = 0): Promise<T> {
    return repeated(() => this.#sendOnce(request, extraMs));
  }

  /**
   * Errors get their meaning here, and what takes too long ends.
   * @param extraMs how much longer than a small one it may take
   */
  async #sendOnce<T>(request: Request<T>, extraMs: number): Promise<T> {
    this.#sdk ??= connect(this.#place);
    const sdk = await this.#sdk;
    const late = new AbortController();
    const inTime = this.clock.after(this.#timeoutMs + extraMs, () => late.abort());
    try {
      return await request(sdk, { Bucket: this.#place.bucket }, { abortSignal: late.signal });
    } catch (error) {
      throw BucketError.of(error);
    } finally {
      inTime();
    }
  }
}

function bare(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
