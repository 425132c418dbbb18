import type { Author, RequestIdSource } from './file-store.js';

/** The content to be stored could not be had; its error is the caller's own, not the store's. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';

  /** The caller's own error, where this was the cause; any other as it is. */
  static unwrap(error: unknown): unknown {
    return error instanceof SourceFailed ? error.cause : error;
  }
}

/** The same chunks; an error of their own is told apart from those of who stores them. */
export async function* ownErrors(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* source;
  } catch (cause) {
    throw new SourceFailed('the content could not be read to its end', { cause });
  }
}

/** The author of a request whose id is told only once its content has been read. */
export async function authorOnceRead(
  author: Author,
  requestId: RequestIdSource | undefined,
): Promise<Author> {
  if (requestId === undefined) return author;
  const { session, token } = author;
  try {
    const id = await requestId();
    return id === undefined ? { session, token } : { session, token, requestId: id };
  } catch (cause) {
    throw new SourceFailed('what follows the content could not be read', { cause });
  }
}
