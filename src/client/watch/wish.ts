/** Literal channels and patterns, as `SUBSCRIBE` and `PSUBSCRIBE` take them. */
export interface WatchTopics {
  /** Such as `file:notes.txt`. */
  readonly channels?: readonly string[];
  /** Such as `lock:reports/*`; `*` matches anything, also a `/`. */
  readonly patterns?: readonly string[];
}

/** What to watch: names and globs, or exactly these channels and patterns. */
export type WatchWish = string | readonly string[] | WatchTopics;

export interface WatchOptions {
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

const KINDS = ['file:', 'lock:'] as const;

/** @throws {RangeError} if it comes to nothing */
export function topicsOf(wish: WatchWish): Required<WatchTopics> {
  const topics = isLiteral(wish) ? literal(wish) : fromNames([wish].flat());
  if (topics.channels.length + topics.patterns.length === 0) {
    throw new RangeError('there is nothing to watch: name a file, or * for all');
  }
  return topics;
}

function isLiteral(wish: WatchWish): wish is WatchTopics {
  return typeof wish === 'object' && !Array.isArray(wish);
}

function literal({ channels = [], patterns = [] }: WatchTopics): Required<WatchTopics> {
  return { channels, patterns };
}

/** What stands for a file stands for its lock, too, unless it says which is meant. */
function fromNames(names: readonly string[]): Required<WatchTopics> {
  const topics = names.flatMap((name) =>
    KINDS.some((kind) => name.startsWith(kind)) ? [name] : KINDS.map((kind) => kind + name),
  );
  const isPattern = (topic: string): boolean => /[*?[\\]/.test(topic);
  return {
    channels: topics.filter((topic) => !isPattern(topic)),
    patterns: topics.filter(isPattern),
  };
}
