import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { BucketError, hasFailed, unavailable } from './bucket-errors.js';
import { FORGOTTEN, formatHead, type HeadBody, parseHead } from './head-body.js';
import type { Keys } from './keys.js';
import { Tries } from './repeating.js';
import type { Condition, S3Bucket } from './s3-bucket.js';

/** A swap is sent again until it is known whether it took place, at most so often. */
const MAX_SWAP_TRIES = 5;

/** Heads whose tags are remembered: about 20 MB. */
const MAX_TAGS = 100_000;

/** A head as it stands in the bucket. */
export interface StoredHead extends HeadBody {
  readonly etag: string;
}

/** What stands under the key of a name. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'forgotten'; readonly etag: string }
  | { readonly kind: 'head'; readonly stored: StoredHead };

/** What a head becomes. */
export type Successor = HeadBody | 'forgotten';

export type Swapped =
  | { readonly outcome: 'swapped' }
  /**
   * Something else stands there, and nothing that was sent can take place any more. It may have
   * before that: even a refusal may be the second answer to one that did.
   */
  | { readonly outcome: 'moved'; readonly seen: Seen };

/** Reads heads, and swaps them from exactly what stood there. */
export class Heads {
  /** By nonce, the tag under which a head was seen to stand. */
  readonly #tags = new Map<string, string>();

  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
  ) {}

  async look(name: FileName): Promise<Seen> {
    const key = this.keys.head(name);
    const object = await this.bucket.get(key);
    if (object === undefined) return { kind: 'nothing' };
    const { bytes, etag } = object;
    if (bytes.length === 0) return { kind: 'forgotten', etag };
    const stored = { ...parseHead(name, key, bytes), etag };
    this.#remember(stored.head.nonce, etag);
    return { kind: 'head', stored };
  }

  /** The head, unless it is still being created. */
  async read(name: FileName): Promise<StoredHead | undefined> {
    const seen = await this.look(name);
    return seen.kind === 'head' && !seen.stored.isPending ? seen.stored : undefined;
  }

  /** The tag under which exactly this head stands; undefined if another one does. */
  async tagOf(head: Head): Promise<string | undefined> {
    const known = this.#tags.get(head.nonce);
    if (known !== undefined) return known;
    const stored = await this.read(head.name);
    return stored?.head.nonce === head.nonce ? stored.etag : undefined;
  }

  /**
   * Swaps what is tagged `from` (nothing, if absent) for `to`.
   * @throws {FileStoreUnavailable} where it cannot be known, or was not possible at all
   */
  async swap(name: FileName, from: string | undefined, to: Successor): Promise<Swapped> {
    const condition: Condition = from === undefined ? 'absent' : { etag: from };
    let doubt: unknown;
    const tries = new Tries(MAX_SWAP_TRIES);
    do {
      const failure = await this.#try(name, condition, to);
      if (failure === undefined) return { outcome: 'swapped' };
      if (isForGood(failure)) throw unavailable(failure, doubt !== undefined);
      if (hasFailed(failure, 'unclear')) doubt = failure;
      // Refused: by somebody else's swap, or by this very one, whose answer was lost on the way or
      // which something between repeated.
      if (hasFailed(failure, 'unclear', 'conflict')) continue;
      const done = await this.#outcome(name, from, to);
      if (done !== undefined) return done;
    } while (await tries.again());
    const done = await this.#outcome(name, from, to);
    if (done !== undefined) return done;
    throw unavailable(doubt ?? new BucketError('conflict', 'no to every try'), doubt !== undefined);
  }

  /** @returns what failed, if anything did */
  async #try(
    name: FileName,
    condition: Condition,
    to: Successor,
  ): Promise<BucketError | undefined> {
    const bytes = to === 'forgotten' ? FORGOTTEN : formatHead(to);
    try {
      const etag = await this.bucket.putIf(this.keys.head(name), bytes, condition);
      if (to !== 'forgotten') this.#remember(to.head.nonce, etag);
      return undefined;
    } catch (error) {
      if (error instanceof BucketError) return error;
      throw error;
    }
  }

  /** What became of a swap, by what stands there; undefined if that is still what it was. */
  async #outcome(
    name: FileName,
    from: string | undefined,
    to: Successor,
  ): Promise<Swapped | undefined> {
    let seen: Seen;
    try {
      seen = await this.look(name);
    } catch (error) {
      if (error instanceof FileStoreUnavailable) throw error;
      // Even a refusal may be the second answer to a swap that took place.
      throw unavailable(error, true);
    }
    if (isSuccessor(seen, to)) return { outcome: 'swapped' };
    if (tagIn(seen) === from) return undefined;
    return { outcome: 'moved', seen };
  }

  #remember(nonce: string, etag: string): void {
    this.#tags.delete(nonce);
    this.#tags.set(nonce, etag);
    if (this.#tags.size <= MAX_TAGS) return;
    const [oldest] = this.#tags.keys();
    if (oldest !== undefined) this.#tags.delete(oldest);
  }
}

/** Neither did it take place nor would it at another try. */
function isForGood(failure: BucketError): boolean {
  return !hasFailed(failure, 'unclear', 'conflict', 'refused', 'absent');
}

function isSuccessor(seen: Seen, to: Successor): boolean {
  if (to === 'forgotten') return seen.kind === 'forgotten';
  return seen.kind === 'head' && seen.stored.head.nonce === to.head.nonce;
}

function tagIn(seen: Seen): string | undefined {
  if (seen.kind === 'nothing') return undefined;
  return seen.kind === 'forgotten' ? seen.etag : seen.stored.etag;
}
