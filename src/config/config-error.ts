/** A wrong value, and what to do about it. */
export interface ConfigProblem {
  /** As it was given: `PORT` or `--port`. */
  readonly name: string;
  /** What is wrong, the given value first, secrets left out. */
  readonly fault: string;
  readonly allowed: string;
  /** A line one could give instead. */
  readonly example: string;
}

/** The configuration cannot be used; names every wrong value at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG';

  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ name, fault, allowed, example }) =>
        `  ${name}: ${fault}; allowed: ${allowed}; example: ${example}`,
    );
    super([`wrong configuration (${problems.length}):`, ...lines].join('\n'));
  }
}
