import type { ErrorCode } from './error-codes.js';

/** A command is refused before it did anything; becomes an error reply with this code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}
