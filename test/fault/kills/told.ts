import { writeSync } from 'node:fs';

/** What a process of a kill run tells its parent, a line of JSON each. */
export type Told =
  | { readonly kind: 'open' }
  /** A version was acknowledged. */
  | {
      readonly kind: 'acknowledged';
      readonly name: string;
      readonly version: number;
      readonly deleted: boolean;
      readonly sha256: string;
    }
  /** A plain file is about to be put there by hand. */
  | { readonly kind: 'by-hand'; readonly name: string; readonly sha256: string }
  /** It came to its end although it was to be killed. */
  | { readonly kind: 'survived' }
  /** What the witness saw and did, at its end. */
  | {
      readonly kind: 'witnessed';
      readonly reads: number;
      readonly views: number;
      readonly refused: number;
    }
  | { readonly kind: 'violation'; readonly what: string };

/** At once, even if the next thing that happens is the end of this process. */
export function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

export function parseTold(line: string): Told {
  return JSON.parse(line) as Told;
}
