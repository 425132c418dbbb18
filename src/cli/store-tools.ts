/** Something in a store that is not as it should be. */
export interface StoreFinding {
  /** Stable; `docs/fsck.md` lists them. */
  readonly code: string;
  readonly name?: string;
  readonly version?: number;
  /** A sentence without its end. */
  readonly what: string;
  /** What to do about it; without its end. */
  readonly remedy: string;
  readonly repaired: boolean;
}

export interface CheckProgress {
  file(): void;
  read(bytes: number): void;
}

export type Adopted =
  | { readonly kind: 'adopted'; readonly name: string }
  | { readonly kind: 'refused'; readonly name: string; readonly why: string }
  | { readonly kind: 'found'; readonly finding: StoreFinding };

export interface ExportProgress {
  file(): void;
  version(bytes: number): void;
  leftOut(name: string, version: number): void;
  damaged(name: string, version: number, why: string): void;
  skipped(name: string, why: string): void;
}

export interface ImportProgress {
  imported(name: string, bytes: number): void;
  known(name: string): void;
  passedOver(name: string, version: number, why: string): void;
  refused(name: string, why: string): void;
}

/** What is done to a whole store from here, beside the replicas that serve it, and without them. */
export interface StoreTools {
  /** Where the files are, for people. */
  readonly place: string;
  check(
    options: { readonly repair: boolean; readonly fast: boolean },
    progress: CheckProgress,
  ): AsyncIterable<StoreFinding>;
  adopt(): AsyncIterable<Adopted>;
  export(
    options: { readonly pattern?: string; readonly currentOnly: boolean },
    progress: ExportProgress,
  ): AsyncIterable<Uint8Array>;
  import(archive: AsyncIterable<Uint8Array>, progress: ImportProgress): Promise<void>;
  close(): Promise<void>;
}
