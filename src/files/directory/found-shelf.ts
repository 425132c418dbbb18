import { randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { hasCode } from './disk-errors.js';
import type { Layout } from './layout.js';

/** Leaves room for the time behind the last segment of a name. */
const MAX_SEGMENT_SIGNS = 50;

/** Keeps plain files that somebody put where a view belongs. The store never deletes them. */
export class FoundShelf {
  constructor(
    private readonly layout: Layout,
    private readonly clock: Clock,
  ) {}

  /** Moves what lies at `path` to `.candado/found/<name>.<time>`; undefined if it is gone. */
  async take(path: string, name: string): Promise<string | undefined> {
    const stamp = Temporal.Instant.fromEpochMilliseconds(
      Math.floor(this.clock.epochMicros() / 1000),
    )
      .toString()
      .replace(/[-:]/g, '');
    const segments = name.split('/');
    const last = [...(segments.pop() ?? '')].slice(0, MAX_SEGMENT_SIGNS).join('');
    const unique = randomBytes(3).toString('hex');
    const target = join(this.layout.found, ...segments, `${last}.${stamp}-${unique}`);
    await mkdir(dirname(target), { recursive: true });
    try {
      await rename(path, target);
      return target;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}
