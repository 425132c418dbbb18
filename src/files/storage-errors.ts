import { FileStoreUnavailable } from './errors.js';

/** Whether a content could not be read, as opposed to a fault of the program. */
export function isOfStorage(error: unknown): error is Error {
  if (error instanceof FileStoreUnavailable) return true;
  // As Node.js has it for what the system refused, such as EIO.
  return error instanceof Error && 'errno' in error;
}
