/** What a check found out. */
export interface Verdict {
  /** What has been promised, in a few words. */
  readonly promise: string;
  /** How often it could have been broken; a check that looked at nothing proves nothing. */
  readonly looked: number;
  readonly violations: readonly string[];
}

/** Gathers what one check finds. */
export class Findings {
  looked = 0;
  readonly #violations: string[] = [];

  constructor(readonly promise: string) {}

  /** One more case, which must hold; the sentence is made only where it does not. */
  expect(holds: boolean, otherwise: () => string): void {
    this.looked += 1;
    if (!holds) this.#violations.push(otherwise());
  }

  verdict(): Verdict {
    return { promise: this.promise, looked: this.looked, violations: this.#violations };
  }
}
