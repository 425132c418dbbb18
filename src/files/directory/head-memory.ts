import type { Stats } from 'node:fs';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';

/** Names whose heads are remembered: about 3 MB. */
const MAX_REMEMBERED = 4_096;

/**
 * How long a folder's times must have been seen to stand before they are trusted, in milliseconds: ext3,
 * and ext4 with small inodes, keep whole seconds, and a tick of the kernel comes on top.
 */
const SETTLED_MS = 1_100;

/** When a folder last changed, as stat(2) tells it. */
type Stamp = Pick<Stats, 'dev' | 'ino' | 'mtimeMs' | 'ctimeMs'>;

interface Seen {
  readonly stamp: Stamp;
  /** When the stamp was first seen, on a clock that never goes back. */
  readonly firstMs: number;
  /** What a listing showed after the stamp had stood for long enough. */
  readonly head: Head | undefined;
}

/**
 * The heads of names that were read last, for as long as their folders stay as they are. A folder that
 * changes twice within what its times can tell apart looks as if it had changed once. So a head is
 * remembered only if its folder was listed a while after its times were first seen: whatever changes
 * after the listing gives it later times. Only the length of that while is measured, so the clock of the
 * file system may say what it likes.
 */
export class HeadMemory {
  /** In the order of their last use. */
  readonly #seen = new Map<FileName, Seen>();

  /** @param nowMs a clock that never goes back and goes as time does: the disk's is no other */
  constructor(
    private readonly limit = MAX_REMEMBERED,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** @param stamp of the folder now */
  recall(name: FileName, stamp: Stamp): Head | undefined {
    const seen = this.#seen.get(name);
    if (seen?.head === undefined || !isSame(seen.stamp, stamp)) return undefined;
    this.#keep(name, seen);
    return seen.head;
  }

  /**
   * Lists a folder, and remembers what that shows if it may.
   * @param stamp of the folder, before
   */
  list(name: FileName, stamp: Stamp, list: () => Head | undefined): Head | undefined {
    const nowMs = this.nowMs();
    const head = list();
    if (head === undefined) return undefined;
    const seen = this.#seen.get(name);
    const firstMs = seen !== undefined && isSame(seen.stamp, stamp) ? seen.firstMs : nowMs;
    const isSettled = nowMs - firstMs >= SETTLED_MS;
    this.#keep(name, { stamp, firstMs, head: isSettled ? head : undefined });
    return head;
  }

  #keep(name: FileName, seen: Seen): void {
    this.#seen.delete(name);
    this.#seen.set(name, seen);
    if (this.#seen.size <= this.limit) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

function isSame(one: Stamp, other: Stamp): boolean {
  return (
    one.ctimeMs === other.ctimeMs &&
    one.mtimeMs === other.mtimeMs &&
    one.ino === other.ino &&
    one.dev === other.dev
  );
}
