/**
 * Whether a name matches a glob: `*` and `?` within a segment, `[a-z]`, `[!a-z]`, `\` before a
 * sign that is meant itself, `**` alone in a segment for any number of segments, also none.
 *
 * Patterns come from clients, so matching must not blow up: both levels (segments, and characters
 * of a segment) only ever go back to the last star, which takes at most pattern times name steps.
 * Glob libraries make regular expressions, where five stars already take half a minute.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const wanted = pattern.split('/').map(segmentPattern);
  return (name) => matches(wanted, name.split('/'));
}

/**
 * Whether names below a folder could match a glob, by its leading segments.
 * The folder is given without a slash at its end.
 */
export function folderPattern(pattern: string): (folder: string) => boolean {
  const wanted = pattern.split('/').map(segmentPattern);
  const anyDepth = wanted.indexOf('star');
  const leading = anyDepth < 0 ? wanted.slice(0, -1) : wanted.slice(0, anyDepth);
  return (folder) => {
    const segments = folder.split('/');
    if (anyDepth < 0 && segments.length > leading.length) return false;
    return leading.every((step, at) => {
      const segment = segments[at];
      return segment === undefined || step === 'star' || step(segment);
    });
  };
}

/** One item of a pattern: a star for any number of items, or a test of one item. */
type Step<T> = 'star' | ((item: T) => boolean);

function matches<T>(steps: readonly Step<T>[], items: readonly T[]): boolean {
  let step = 0;
  let item = 0;
  let star = -1;
  let starItem = 0;
  while (item < items.length) {
    const wanted = steps[step];
    if (wanted === 'star') {
      star = step++;
      starItem = item;
    } else if (wanted?.(items[item] as T)) {
      step++;
      item++;
    } else if (star >= 0) {
      step = star + 1;
      item = ++starItem;
    } else {
      return false;
    }
  }
  while (steps[step] === 'star') step++;
  return step === steps.length;
}

function segmentPattern(segment: string): Step<string> {
  if (segment === '**') return 'star';
  const steps: Step<string>[] = [];
  const signs = [...segment];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] as string;
    const set = sign === '[' ? characterSet(signs, at) : undefined;
    if (set !== undefined) {
      steps.push(set.test);
      at = set.end;
    } else if (sign === '*') {
      steps.push('star');
    } else if (sign === '?') {
      steps.push(() => true);
    } else {
      const literal = sign === '\\' && at + 1 < signs.length ? signs[++at] : sign;
      steps.push((item) => item === literal);
    }
  }
  return (name) => matches(steps, [...name]);
}

interface CharacterSet {
  readonly test: (sign: string) => boolean;
  /** Where its closing bracket stands. */
  readonly end: number;
}

/** The set that begins at `start`; undefined if it is never closed, and `[` means itself. */
function characterSet(signs: readonly string[], start: number): CharacterSet | undefined {
  const negated = signs[start + 1] === '!' || signs[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  // A bracket in the first place belongs to the set.
  const end = signs.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: [number, number][] = [];
  for (let at = first; at < end; at++) {
    const from = codePoint(signs[at]);
    const isRange = signs[at + 1] === '-' && at + 2 < end;
    ranges.push([from, isRange ? codePoint(signs[at + 2]) : from]);
    if (isRange) at += 2;
  }
  const inRanges = (sign: string): boolean =>
    ranges.some(([low, high]) => codePoint(sign) >= low && codePoint(sign) <= high);
  return { test: (sign) => inRanges(sign) !== negated, end };
}

function codePoint(sign: string | undefined): number {
  return sign?.codePointAt(0) ?? 0;
}
