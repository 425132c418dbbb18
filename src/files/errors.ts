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

  /** @param why what `taken` is */
  constructor(
    readonly wanted: FileName,
    readonly taken: string,
    why = 'is one',
  ) {
    super(`"${wanted}" cannot be a file because "${taken}" ${why}: choose another name`);
  }
}

/** A valid name that the store's disk cannot hold all the same. */
export class FileNameUnfit extends Error {
  override readonly name = 'FileNameUnfit';
  readonly code = 'NAME';

  constructor(options?: ErrorOptions) {
    super('the disk below FILES_ROOT cannot hold so long a name: choose a shorter one', options);
  }
}

/** Bytes are not those that a record or a client promised. */
export class ContentDiffers extends Error {
  override readonly name = 'ContentDiffers';

  constructor(
    readonly expectedSha256: string,
    readonly foundSha256: string,
  ) {
    super(`the sha256 of the content is ${foundSha256}, and should be ${expectedSha256}`);
  }
}

/** A stored content is not what was written; found by reading it. */
export class ContentDamaged extends Error {
  override readonly name = 'ContentDamaged';
  readonly code = 'CORRUPT';

  constructor(name: FileName, version: number) {
    super(
      `the stored content of version ${version} of "${name}" is damaged: ` +
        'RESTORE another version of it, or take it from a backup',
    );
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
