import { injectable } from 'inversify';
import type { FileName } from '../file-name.js';
import { StoreUpkeep } from './store-upkeep.js';

/** Of a store that makes nothing from its versions and leaves nothing behind. */
@injectable()
export class NoUpkeep extends StoreUpkeep {
  override async isKnown(): Promise<boolean> {
    return true;
  }

  override async isChainWhole(_name: FileName): Promise<boolean> {
    return true;
  }

  override async derived(): Promise<readonly never[]> {
    return [];
  }

  override async *leftovers(): AsyncGenerator<never, void, undefined> {}
}
