import { FileStoreUnavailable } from '../errors.js';
import { BucketError, hasFailed, unavailable } from './bucket-errors.js';
import type { Keys } from './keys.js';
import { freshNonce } from './record.js';
import { repeated } from './repeating.js';
import type { S3Bucket } from './s3-bucket.js';

const REMEDY =
  'FILES_URL needs an S3 service with conditional writes (PutObject with If-Match and ' +
  'If-None-Match); docs/file-stores.md names some';

/** No object has this tag: it is that of a text nobody writes. */
const NO_TAG = '00000000000000000000000000000000';

/**
 * Writes under conditions that hold and under some that do not, before anything relies on them: a
 * service that ignores them would let every one of several writers win.
 * @throws {FileStoreUnavailable} if the service does not keep to them, or cannot be used at all
 */
export async function probeConditions(bucket: S3Bucket, keys: Keys): Promise<void> {
  try {
    await mustRead(bucket, keys);
    // All of it again with another object: what took place of a lost write cannot be told apart.
    await repeated(() => probeOnce(bucket, keys.probe(freshNonce())));
  } catch (error) {
    throw error instanceof FileStoreUnavailable ? error : unsuitable(error);
  }
}

/** What is refused even to a reader has nothing to do with conditions. */
async function mustRead(bucket: S3Bucket, keys: Keys): Promise<void> {
  try {
    await bucket.get(keys.probe(freshNonce()));
  } catch (error) {
    throw unavailable(error);
  }
}

async function probeOnce(bucket: S3Bucket, key: string): Promise<void> {
  try {
    const first = await bucket.putIf(key, Buffer.from('1'), 'absent');
    await mustRefuse('If-None-Match: *', () => bucket.putIf(key, Buffer.from('2'), 'absent'));
    await mustRefuse('If-Match', () => bucket.putIf(key, Buffer.from('3'), { etag: NO_TAG }));
    const second = await mustTake(bucket, key, first);
    await mustRefuse('If-Match', () => bucket.putIf(key, Buffer.from('5'), { etag: first }));
    const stands = await bucket.get(key);
    if (stands?.etag !== second || stands.bytes.toString() !== '4') {
      refuse('did not show an object as it was written last');
    }
  } finally {
    // One that stays behind harms nobody.
    await bucket.remove(key).catch(() => undefined);
  }
}

async function mustRefuse(condition: string, write: () => Promise<string>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (hasFailed(error, 'refused')) return;
    throw error;
  }
  refuse(`ignored ${condition} of a write`);
}

/** Also finds out in which form the service wants a tag. */
async function mustTake(bucket: S3Bucket, key: string, etag: string): Promise<string> {
  const write = (): Promise<string> => bucket.putIf(key, Buffer.from('4'), { etag });
  try {
    return await write();
  } catch (error) {
    if (!hasFailed(error, 'refused')) throw error;
  }
  bucket.sendBareTags();
  try {
    return await write();
  } catch (error) {
    if (!hasFailed(error, 'refused')) throw error;
  }
  return refuse('refused a write although the If-Match of it held');
}

function refuse(what: string): never {
  throw new FileStoreUnavailable(`the S3 service ${what}: ${REMEDY}`, false);
}

function unsuitable(error: unknown): FileStoreUnavailable {
  if (hasFailed(error, 'absent')) {
    return new FileStoreUnavailable(
      'what answers knows neither the bucket nor its objects, and may be no S3 service: check the ' +
        `endpoint of FILES_URL (${BucketError.of(error).reason})`,
      false,
      { cause: error },
    );
  }
  if (!hasFailed(error, 'rejected')) return unavailable(error);
  return new FileStoreUnavailable(
    `the S3 service does not take conditional writes: ${REMEDY}`,
    false,
    {
      cause: error,
    },
  );
}
