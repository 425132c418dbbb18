import type { FileName } from './file-name.js';

declare const contentIdBrand: unique symbol;

/** Names one stored content. Unique to its publish: never a hash, never used again. */
export type ContentId = string & { readonly [contentIdBrand]: true };

/**
 * The one fact that says which version of a file is current and which fencing token may write
 * next. It changes only by an atomic swap from exactly this head; `nonce` makes every head unlike
 * any other, so a late swap can never succeed.
 */
export interface Head {
  readonly name: FileName;
  /** 0: locked but never written. Otherwise 1, 2, 3 …, dense. */
  readonly version: number;
  /** The fencing token that may write next; 0 before the first grant. */
  readonly token: number;
  /** The current content; absent for version 0 and for a version that is a deletion. */
  readonly content: ContentId | undefined;
  /** The record of this version (its content id, or that of the deletion); absent for version 0. */
  readonly record: ContentId | undefined;
  readonly nonce: string;
}
