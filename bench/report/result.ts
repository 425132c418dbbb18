import type { Program } from '../parts/programs.js';
import type { Figure, Scenario } from '../scenario.js';

/** What a scenario came to. */
export interface Result {
  readonly scenario: Scenario;
  readonly figures: readonly Figure[];
  /** Who was not compared, as it is not installed. */
  readonly missing: readonly Program[];
}
