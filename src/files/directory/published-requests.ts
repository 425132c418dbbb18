import type { ContentId, Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import type { StoredRecord } from '../stored-record.js';
import type { ContentShelf } from './content-shelf.js';
import { isDeletion } from './head-name.js';
import { RECORDS_BEHIND } from './retention.js';

/** Records remembered at most, of all files together: about 3 MB. */
const MAX_REMEMBERED = 20_000;

/** What of a record tells a repeated request from a new one. */
type Step = Pick<StoredRecord, 'version' | 'predecessor' | 'requestId'>;

/**
 * Finds the version that a request published, as far back as records are kept, which is further than
 * contents are. Records never change, so what was read once is remembered; the next request on the same
 * file then reads only what was published since.
 */
export class PublishedRequests {
  /** Those asked for longest ago come first. */
  readonly #steps = new Map<ContentId, Step>();

  constructor(
    private readonly shelf: ContentShelf,
    private readonly keeping: Keeping,
  ) {}

  async published(head: Head, requestId: string): Promise<number | undefined> {
    let id = head.record;
    // Bounds the work where the records behind are remembered, but were deleted long ago.
    let contents = this.keeping.versions + RECORDS_BEHIND;
    while (id !== undefined && contents > 0) {
      if (!isDeletion(id)) contents--;
      const step = await this.#step(id);
      if (step === undefined || step.requestId === requestId) return step?.version;
      id = step.predecessor;
    }
    return undefined;
  }

  async #step(id: ContentId): Promise<Step | undefined> {
    const step = this.#steps.get(id) ?? (await this.shelf.record(id));
    if (step === undefined) return undefined;
    const { version, predecessor, requestId } = step;
    this.#steps.delete(id);
    this.#steps.set(id, {
      version,
      predecessor,
      ...(requestId === undefined ? {} : { requestId }),
    });
    if (this.#steps.size > MAX_REMEMBERED) {
      const [oldest] = this.#steps.keys();
      if (oldest !== undefined) this.#steps.delete(oldest);
    }
    return step;
  }
}
