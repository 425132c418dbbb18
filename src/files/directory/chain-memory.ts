import type { FileName } from '../file-name.js';
import type { ContentId, Head } from '../head.js';
import type { StoredRecord } from '../stored-record.js';
import type { ContentShelf } from './content-shelf.js';

/** Of all chains together: about 10 MB. */
const MAX_REMEMBERED = 50_000;

export type Link = Pick<StoredRecord, 'id' | 'version' | 'deleted' | 'predecessor'>;

/**
 * Chains read a moment ago. Their records lie all over the shelf, so who goes through the shelf comes
 * back to each of them: without this, looking after a hundred records means reading five thousand.
 */
export class ChainMemory {
  /** Those asked for longest ago come first. */
  readonly #chains = new Map<FileName, { newest: ContentId | undefined; links: readonly Link[] }>();
  #remembered = 0;

  constructor(
    private readonly shelf: ContentShelf,
    private readonly limit: number = MAX_REMEMBERED,
  ) {}

  /** The versions up to `head`, newest first, as they were when first asked for. */
  async of(head: Head): Promise<readonly Link[]> {
    const known = this.#chains.get(head.name);
    if (known !== undefined) this.#forget(head.name, known.links);
    const links = known?.newest === head.record ? known?.links : undefined;
    return this.#remember(head, links ?? (await this.#read(head)));
  }

  clear(): void {
    this.#chains.clear();
    this.#remembered = 0;
  }

  async #read(head: Head): Promise<readonly Link[]> {
    const links: Link[] = [];
    for await (const { id, version, deleted, predecessor } of this.shelf.chain(head)) {
      links.push({ id, version, deleted, predecessor });
    }
    return links;
  }

  #remember(head: Head, links: readonly Link[]): readonly Link[] {
    this.#chains.set(head.name, { newest: head.record, links });
    this.#remembered += links.length;
    for (const [name, oldest] of this.#chains) {
      if (this.#remembered <= this.limit) break;
      this.#forget(name, oldest.links);
    }
    return links;
  }

  #forget(name: FileName, links: readonly Link[]): void {
    this.#chains.delete(name);
    this.#remembered -= links.length;
  }
}
