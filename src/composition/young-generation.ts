import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the part of the heap where new objects lie at its first size. Loading a program leaves so
 * many of them alive that it would grow to 32 MB, and it hardly ever shrinks again although what
 * runs then leaves few: each byte of that is resident for good (docs/file-stores.md, "Memory").
 *
 * The factor is read at each collection, and so may change in a running process. One that V8 does
 * not know any more would change nothing.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** From now on it grows with what is asked of it, as V8 does it by default. */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
