import type { Stage } from './parts/stage.js';

/** What was measured; the whole run fails where a figure is beyond its limit. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What each round came to, where the value is their median. */
  readonly rounds?: readonly number[];
  /** Where the value compares: how many times as fast, or as small, as the peer, whatever the unit. */
  readonly faster?: number;
}

/** One thing that is measured, and why. */
export interface Scenario {
  readonly name: string;
  /** A sentence for `--help`. */
  readonly shows: string;
  /** Whether `--quick` without names runs it. */
  readonly quick: boolean;
  /** Starts what it needs on the stage, which ends it. */
  run(stage: Stage): Promise<readonly Figure[]>;
}

export function isWithin({ value, atMost, atLeast }: Figure): boolean {
  if (!Number.isFinite(value)) return false;
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}
