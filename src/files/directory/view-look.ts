import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { readRange } from './disk-file.js';
import type { History } from './history.js';
import { openPlain, type PlainTree } from './plain-tree.js';
import type { ViewLink, ViewLinks } from './view-links.js';

export type View =
  | { readonly kind: 'missing' | 'folder' }
  | { readonly kind: 'blocked'; readonly by: string; readonly isFile: boolean }
  /** Written by the store and not touched since. */
  | { readonly kind: 'own'; readonly link: ViewLink }
  /** Put there, or edited in place, by somebody else. */
  | {
      readonly kind: 'foreign';
      readonly path: string;
      readonly stats: BigIntStats;
      readonly link: ViewLink | undefined;
    };

/** Tells what lies where the view of a file belongs. */
export class ViewLook {
  constructor(
    private readonly plain: PlainTree,
    private readonly links: ViewLinks,
    private readonly history: History,
  ) {}

  async at(name: FileName): Promise<View> {
    const entry = await this.plain.look(name);
    if (entry.kind === 'none') return { kind: 'missing' };
    if (entry.kind === 'folder') return { kind: 'folder' };
    if (entry.kind === 'blocked') return entry;
    if (entry.kind === 'folded') return { kind: 'blocked', by: entry.by, isFile: false };
    const { path, stats } = entry;
    const own = await this.links.find(name, stats);
    if (own !== undefined && own.mtimeNs === stats.mtimeNs) return { kind: 'own', link: own };
    return { kind: 'foreign', path, stats, link: own };
  }

  /** The kept version whose content a plain file has; undefined where it has none, or is gone. */
  async versionOf(head: Head, path: string): Promise<number | undefined> {
    const handle = await openPlain(path);
    if (handle === undefined) return undefined;
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of readRange(handle, 0, Number.POSITIVE_INFINITY)) {
        hash.update(chunk);
        size += chunk.length;
      }
    } finally {
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    const kept = await this.history.kept(head);
    return kept.find((one) => !one.deleted && one.size === size && one.sha256 === sha256)?.version;
  }
}
