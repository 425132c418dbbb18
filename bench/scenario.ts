import type { Stage } from './parts/stage.js';

/** What was measured; the whole run fails where a figure is beyond its limit. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One thing that is measured, and why. */
export interface Scenario {
  readonly name: string;
  /** A sentence for `--help`. */
  readonly shows: string;
  /** Starts what it needs on the stage, which ends it. */
  run(stage: Stage): Promise<readonly Figure[]>;
}

export function isWithin({ value, atMost, atLeast }: Figure): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}
