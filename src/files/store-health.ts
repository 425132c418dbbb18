import { injectable } from 'inversify';

/** Whether files can be read and written, as far as a look at where they lie can tell. */
export abstract class StoreHealth {
  /** Why they cannot, as a sentence; cheap enough to be asked by every probe. Never throws. */
  abstract problem(): Promise<string | undefined>;
}

/** Of a store that nothing is known about before it is used. */
@injectable()
export class UnwatchedStore extends StoreHealth {
  override async problem(): Promise<undefined> {
    return undefined;
  }
}
