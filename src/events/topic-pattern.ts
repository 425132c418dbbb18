/** A star for any number of characters, or a test of one. */
type Step = 'star' | ((sign: string) => boolean);

/**
 * Whether a topic matches a pattern as Redis understands them: `*` any characters, also `/`, `?` one,
 * `[a-c]` and `[^a]` one of a set or none of it, a backslash before a sign that means itself.
 *
 * Patterns come from clients, so matching must not blow up: it only ever goes back to the last star,
 * which takes at most pattern times topic steps.
 * @returns takes the topic's characters, which several patterns may share
 */
export function topicPattern(pattern: string): (topic: readonly string[]) => boolean {
  const steps = stepsOf([...pattern]);
  return (topic) => matches(steps, topic);
}

function matches(steps: readonly Step[], topic: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let afterStar = -1;
  let starEnd = 0;
  for (;;) {
    const wanted = steps[step];
    const sign = topic[at];
    if (wanted === 'star') {
      step += 1;
      afterStar = step;
      starEnd = at;
    } else if (sign === undefined) {
      return wanted === undefined;
    } else if (wanted?.(sign)) {
      step += 1;
      at += 1;
    } else if (afterStar >= 0) {
      starEnd += 1;
      step = afterStar;
      at = starEnd;
    } else {
      return false;
    }
  }
}

function stepsOf(signs: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] as string;
    if (sign === '*') {
      if (steps.at(-1) !== 'star') steps.push('star');
    } else if (sign === '?') {
      steps.push(() => true);
    } else if (sign === '[') {
      const set = characterSet(signs, at + 1);
      steps.push(set.has);
      at = set.end;
    } else {
      const literal = sign === '\\' ? (signs[++at] ?? sign) : sign;
      steps.push((one) => one === literal);
    }
  }
  return steps;
}

interface CharacterSet {
  readonly has: (sign: string) => boolean;
  /** Where its closing bracket stands, or the pattern ends: Redis forgives a missing one. */
  readonly end: number;
}

/** @param start what follows the opening bracket */
function characterSet(signs: readonly string[], start: number): CharacterSet {
  const negated = signs[start] === '^';
  const ranges: (readonly [low: number, high: number])[] = [];
  let at = negated ? start + 1 : start;
  for (; at < signs.length && signs[at] !== ']'; at++) {
    if (signs[at] === '\\' && at + 1 < signs.length) {
      at += 1;
      ranges.push([codePoint(signs[at]), codePoint(signs[at])]);
    } else if (signs[at + 1] === '-' && at + 2 < signs.length) {
      const ends = [codePoint(signs[at]), codePoint(signs[at + 2])] as const;
      ranges.push([Math.min(...ends), Math.max(...ends)]);
      at += 2;
    } else {
      ranges.push([codePoint(signs[at]), codePoint(signs[at])]);
    }
  }
  const has = (sign: string): boolean => {
    const point = codePoint(sign);
    return ranges.some(([low, high]) => point >= low && point <= high) !== negated;
  };
  return { has, end: at };
}

function codePoint(sign: string | undefined): number {
  return sign?.codePointAt(0) ?? 0;
}
