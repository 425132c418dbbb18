import { NoUpkeep } from '../check/no-upkeep.js';
import type { FileName } from '../file-name.js';
import type { Keeping } from '../keeping.js';
import type { Heads } from './heads.js';
import { RECORDS_BEHIND } from './retention.js';
import type { Shelf } from './shelf.js';

/** What a check has to know of a bucket. What was left behind there only time tells: the sweeper. */
export class S3Upkeep extends NoUpkeep {
  constructor(
    private readonly heads: Heads,
    private readonly shelf: Shelf,
    private readonly keeping: Keeping,
  ) {
    super();
  }

  override async isChainWhole(name: FileName): Promise<boolean> {
    const stored = await this.heads.read(name);
    if (stored === undefined) return true;
    // Fewer are never left by pruning.
    let wanted = Math.min(this.keeping.versions, RECORDS_BEHIND);
    for await (const { deleted, predecessor } of this.shelf.chain(stored)) {
      if (!deleted) wanted--;
      if (predecessor === undefined || wanted <= 0) return true;
    }
    return false;
  }
}
