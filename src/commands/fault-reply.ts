import { ERROR_CODES, type ErrorCode } from './error-codes.js';
import { failure, type Reply } from './reply.js';

/** An error that says by its `code` how it is to be told to a client. */
interface CodedError extends Error {
  readonly code: ErrorCode;
  /** Whether the change may have happened all the same. */
  readonly outcomeUnknown?: boolean;
}

/**
 * What a client is told of an error that a command threw; undefined for one that is nobody's to
 * know: a fault in Candado itself.
 */
export function faultReply(error: unknown): Reply | undefined {
  if (!isCoded(error)) return undefined;
  const unknown = error.outcomeUnknown === true;
  return failure(
    error.code,
    unknown
      ? `${error.message}; it may have happened all the same: look before trying again`
      : error.message,
  );
}

/** Says nothing about the cause: that may be anything, and is in the log. */
export const INTERNAL_ERROR: Reply = failure(
  'ERR',
  'internal error; the log of this replica says more, and the connection can go on',
);

function isCoded(error: unknown): error is CodedError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(ERROR_CODES, error.code)
  );
}
