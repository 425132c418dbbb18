/** The lock table cannot be reached, or did not answer in time. */
export class LockTableUnavailable extends Error {
  override readonly name = 'LockTableUnavailable';
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
