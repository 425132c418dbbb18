import { join } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { chainProblems } from '../check/chain-problems.js';
import type { Finding, FindingCode } from '../check/finding.js';
import {
  type HeadFound,
  type KeptVersion,
  type KeptVersions,
  StoreUpkeep,
} from '../check/store-upkeep.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import { isOfStorage } from '../storage-errors.js';
import type { StoredRecord } from '../stored-record.js';
import { Adoption } from './adoption.js';
import type { ContentShelf } from './content-shelf.js';
import { guarded, unavailable } from './disk-errors.js';
import { formatHead } from './head-name.js';
import type { HeadReader } from './head-reader.js';
import { HeadWalk } from './head-walk.js';
import type { Layout } from './layout.js';
import type { Orphans, Stray } from './orphans.js';
import { ageMs, statsOf } from './plain-tree.js';
import { type PlainView, VIEW_PACE_MS, type ViewState } from './plain-view.js';
import { RECORDS_BEHIND } from './retention.js';

/** A replica that has published may be about to write the view for so long, in milliseconds. */
export const VIEW_SETTLES_MS = 2 * VIEW_PACE_MS;

const WRONG_VIEWS: Readonly<
  Record<Exclude<ViewState, 'current'>, { readonly code: FindingCode; readonly what: string }>
> = {
  missing: { code: 'VIEW', what: 'its plain file is missing' },
  stale: { code: 'VIEW', what: 'its plain file is that of an older version' },
  replaced: { code: 'REPLACED', what: 'its plain file is not what the store wrote there' },
  blocked: {
    code: 'BLOCKED',
    what: 'something that is no file lies where its plain file belongs',
  },
};

/** What a check has to know of a directory. */
export class DirectoryUpkeep extends StoreUpkeep {
  readonly #walk: HeadWalk;

  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly shelf: ContentShelf,
    private readonly keeping: Keeping,
    private readonly orphans: Orphans,
    private readonly view: PlainView | undefined,
    private readonly clock: Clock,
  ) {
    super();
    this.#walk = new HeadWalk(layout, reader);
  }

  override isKnown(name: FileName): Promise<boolean> {
    return guarded(async () => !Adoption.isOpen(await this.reader.read(name)));
  }

  override heads(repair: boolean): AsyncGenerator<HeadFound, void, undefined> {
    return explained(this.#walk.run(repair));
  }

  override kept(name: FileName): Promise<KeptVersions> {
    return guarded(async () => {
      const head = await this.reader.read(name);
      if (head === undefined) return { versions: [], problems: [] };
      const records: StoredRecord[] = [];
      let damage: string | undefined;
      try {
        for await (const record of this.shelf.chain(head)) records.push(record);
      } catch (error) {
        if (!isOfStorage(error)) throw error;
        damage = error.message;
      }
      const chain = { records, damage };
      const problems = chainProblems(head, chain, this.keeping, RECORDS_BEHIND);
      return { versions: await this.#stored(records), problems };
    });
  }

  override derived(name: FileName, repair: boolean): Promise<readonly Finding[]> {
    return guarded(async () => {
      if (this.view === undefined) return [];
      if ((await this.view.state(name)) === 'current') return [];
      const head = await this.reader.read(name);
      await this.#settled(head);
      // It may lag all the time where the file changes all the time.
      const state = await this.view.state(name, head?.version);
      if (state === 'current') return [];
      if (repair) await this.view.refresh(name, 'repair');
      const repaired = repair && (await this.view.state(name)) === 'current';
      return [{ ...WRONG_VIEWS[state], name, repaired }];
    });
  }

  override async *leftovers(repair: boolean): AsyncGenerator<Finding, void, undefined> {
    for await (const stray of explained(this.orphans.find())) {
      yield await guarded(() => findingOf(stray, repair));
    }
  }

  async #stored(records: readonly StoredRecord[]): Promise<readonly KeptVersion[]> {
    const kept = this.keeping.kept(records, this.clock.epochMicros());
    return await Promise.all(
      kept.map(async (record) => {
        const storedBytes = record.deleted ? 0 : await this.shelf.storedBytes(record.id);
        return { record, storedBytes };
      }),
    );
  }

  /** Waits where the head has moved a moment ago. */
  async #settled(head: Head | undefined): Promise<void> {
    if (head === undefined) return;
    const stats = await statsOf(join(this.layout.headFolder(head.name), formatHead(head)));
    const age = stats && ageMs(stats, this.clock.epochMicros());
    if (age !== undefined && age >= VIEW_SETTLES_MS) return;
    await new Promise<void>((resolve) => this.clock.after(VIEW_SETTLES_MS, resolve));
  }
}

async function findingOf(stray: Stray, repair: boolean): Promise<Finding> {
  switch (stray.kind) {
    case 'leftover': {
      const what = `${stray.path} belongs to no version`;
      return { code: 'LEFTOVER', what, repaired: repair && (await stray.remove()) };
    }
    case 'headless': {
      const what = 'its head is gone, and its versions lie there for nobody';
      return { code: 'HEAD', name: stray.record.name, what, repaired: false };
    }
    case 'damaged':
      return { code: 'RECORD', what: stray.what, repaired: false };
  }
}

/** The same, with errors that say what to do. */
async function* explained<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    if (!isOfStorage(error) || !('errno' in error)) throw error;
    throw unavailable(error);
  }
}
