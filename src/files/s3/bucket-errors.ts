import { FileStoreUnavailable } from '../errors.js';

/**
 * What a failed request means to whoever made it:
 * - `absent`: there is no such object (or upload);
 * - `refused`: its condition did not hold, so it changed nothing;
 * - `conflict`: another request on the same object was under way, so it changed nothing;
 * - `denied`, `no-bucket`, `rejected`: it changed nothing and never will: something is set up wrong;
 * - `unclear`: no answer, or one of a fault within: it may have taken place, or may yet.
 */
export type Failure =
  | 'absent'
  | 'refused'
  | 'conflict'
  | 'denied'
  | 'no-bucket'
  | 'rejected'
  | 'unclear';

/** The bucket answered a request with something else than success. */
export class BucketError extends Error {
  override readonly name = 'BucketError';

  constructor(
    readonly failure: Failure,
    /** The service's own word for it, or that of the network. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the S3 service answered ${reason}`, options);
  }

  static of(error: unknown): BucketError {
    if (error instanceof BucketError) return error;
    const { name, code, status } = described(error);
    const reason = [status, code ?? name].filter((part) => part !== undefined).join(' ');
    return new BucketError(failureOf(code ?? name, status), reason, { cause: error });
  }
}

export function hasFailed(error: unknown, ...failures: readonly Failure[]): boolean {
  return error instanceof BucketError && failures.includes(error.failure);
}

/** What to do about it, as a sentence for whoever reads the reply. */
const ADVICE: Readonly<Record<Failure, string>> = {
  absent: 'an object of the store is missing: restore it from a backup',
  refused: 'the S3 service refused a condition that held: check what stands between',
  conflict: 'the S3 service is busy with the same object: try again',
  denied: 'the S3 service denies access: check the credentials and what they may do in the bucket',
  'no-bucket': 'the bucket of FILES_URL does not exist: make it, or name another one',
  rejected: 'the S3 service does not take the request: check the endpoint and region of FILES_URL',
  unclear: 'the S3 service does not answer as it should: check that it runs and can be reached',
};

/** The store's own error for a request that failed. */
export function unavailable(error: unknown, outcomeUnknown = false): FileStoreUnavailable {
  const failed = BucketError.of(error);
  const end = outcomeUnknown ? '; whether the change took place is unknown' : '';
  return new FileStoreUnavailable(
    `${ADVICE[failed.failure]} (${failed.reason})${end}`,
    outcomeUnknown,
    { cause: error },
  );
}

/** Runs `work`; a failed request becomes {@link FileStoreUnavailable}. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw unavailable(error);
  }
}

function failureOf(word: string, status: number | undefined): Failure {
  if (word === 'NoSuchBucket') return 'no-bucket';
  if (word === 'CredentialsProviderError') return 'denied';
  // Clocks that differ: the SDK learns the difference from this answer.
  if (word === 'RequestTimeTooSkewed') return 'unclear';
  switch (status) {
    case 404:
      return 'absent';
    case 412:
      return 'refused';
    case 409:
      return 'conflict';
    case 401:
    case 403:
      return 'denied';
    // Time-outs, and more requests than the service wants.
    case 408:
    case 425:
    case 429:
    case undefined:
      return 'unclear';
    default:
      // 501 says for good that something cannot be done.
      return status === 501 || (status >= 300 && status < 500) ? 'rejected' : 'unclear';
  }
}

interface Described {
  readonly name: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

/** Errors of the SDK carry `$metadata`, those of the network a `code`. */
function described(error: unknown): Described {
  if (!(error instanceof Error)) return { name: String(error), code: undefined, status: undefined };
  const { name, code, Code, $metadata } = error as Error & {
    readonly code?: unknown;
    readonly Code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: unknown };
  };
  const status = $metadata?.httpStatusCode;
  const word = [code, Code].find((one) => typeof one === 'string');
  return {
    name,
    code: typeof word === 'string' ? word : undefined,
    // A success that could not be understood tells nothing.
    status: typeof status === 'number' && status >= 300 ? status : undefined,
  };
}
