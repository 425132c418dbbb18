import type { FileName } from './file-name.js';

/** The store did not do what was asked, for a reason outside the request (disk full, I/O, …). */
export class FileStoreUnavailable extends Error {
  override readonly name = 'FileStoreUnavailable';
  readonly code = 'UNAVAILABLE';

  /** @param outcomeUnknown whether the change may have happened all the same */
  constructor(
    message: string,
    readonly outcomeUnknown: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** `a` and `a/b` cannot both be files. */
export class FileNameTaken extends Error {
  override readonly name = 'FileNameTaken';
  readonly code = 'NAME';

  constructor(
    readonly wanted: FileName,
    readonly taken: string,
  ) {
    super(`"${wanted}" cannot be a file because "${taken}" is one: choose another name`);
  }
}

/** A content is larger than the store takes. */
export class FileTooBig extends Error {
  override readonly name = 'FileTooBig';
  readonly code = 'TOOBIG';

  constructor(readonly limitBytes: number) {
    super(`a file may have at most ${limitBytes} bytes (MAX_FILE_BYTES)`);
  }
}
