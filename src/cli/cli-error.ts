import { ExitCode } from './exit-codes.js';

/** An end whose message says to the user all there is to say. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** Wrong arguments. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  constructor(message: string) {
    super(ExitCode.usage, message);
  }
}
