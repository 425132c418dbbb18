import type { Clock } from '../../clock/clock.js';
import type { Finding } from '../check/finding.js';
import { StoreUpkeep } from '../check/store-upkeep.js';
import type { FileName } from '../file-name.js';
import type { Keeping } from '../keeping.js';
import { Adoption } from './adoption.js';
import type { ContentShelf } from './content-shelf.js';
import type { HeadReader } from './head-reader.js';
import type { Orphans } from './orphans.js';
import type { PlainView, ViewState } from './plain-view.js';
import { RECORDS_BEHIND } from './retention.js';

/** A replica that has just published may still be about to write the view, in milliseconds. */
export const VIEW_SETTLES_MS = 1_000;

const WORDS: Readonly<Record<Exclude<ViewState, 'current'>, string>> = {
  missing: 'its plain file is missing',
  stale: 'its plain file is that of an older version',
  replaced: 'its plain file is not what the store wrote there',
  blocked: 'something that is no file lies where its plain file belongs',
};

/** What a check has to know of a directory. */
export class DirectoryUpkeep extends StoreUpkeep {
  constructor(
    private readonly reader: HeadReader,
    private readonly shelf: ContentShelf,
    private readonly keeping: Keeping,
    private readonly orphans: Orphans,
    private readonly view: PlainView | undefined,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async isKnown(name: FileName): Promise<boolean> {
    return !Adoption.isOpen(await this.reader.read(name));
  }

  override async isChainWhole(name: FileName): Promise<boolean> {
    const head = await this.reader.read(name);
    if (head === undefined) return true;
    // Fewer are never left by pruning.
    let wanted = Math.min(this.keeping.versions, RECORDS_BEHIND);
    for await (const { deleted, predecessor } of this.shelf.chain(head)) {
      if (!deleted) wanted--;
      if (predecessor === undefined || wanted <= 0) return true;
    }
    return false;
  }

  override async derived(name: FileName, repair: boolean): Promise<readonly Finding[]> {
    if (this.view === undefined) return [];
    if ((await this.view.state(name)) === 'current') return [];
    await new Promise<void>((resolve) => this.clock.after(VIEW_SETTLES_MS, resolve));
    const state = await this.view.state(name);
    if (state === 'current') return [];
    if (repair) await this.view.refresh(name, 'repair');
    const repaired = repair && (await this.view.state(name)) === 'current';
    const code = state === 'replaced' ? 'REPLACED' : state === 'blocked' ? 'BLOCKED' : 'VIEW';
    return [{ code, name, what: WORDS[state], repaired }];
  }

  override async *leftovers(repair: boolean): AsyncGenerator<Finding, void, undefined> {
    const found: Finding[] = [];
    for await (const path of this.orphans.find()) {
      found.push({ code: 'LEFTOVER', what: `${path} belongs to no version`, repaired: repair });
    }
    if (repair && found.length > 0) await this.orphans.sweep(() => false);
    yield* found;
  }
}
