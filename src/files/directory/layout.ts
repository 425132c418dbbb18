import { createHash } from 'node:crypto';
import { join, sep } from 'node:path';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import { encodeName } from './name-encoding.js';

/** The folder of the store's own files, below the root. */
export const OWN_FOLDER = '.candado';

/** Where everything lies. */
export class Layout {
  readonly own: string;
  /** Folders with heads. */
  readonly files: string;
  readonly contents: string;
  /** Things being prepared, here because a rename must stay on one file system. */
  readonly prepared: string;
  /** The store's own hard links to the plain files it wrote. */
  readonly views: string;
  /** Plain files that were put there by hand and had to make room. */
  readonly found: string;

  constructor(readonly root: string) {
    this.own = join(root, OWN_FOLDER);
    this.files = join(this.own, 'files');
    this.contents = join(this.own, 'contents');
    this.prepared = join(this.own, 'tmp');
    this.views = join(this.own, 'views');
    this.found = join(this.own, 'found');
  }

  headFolder(name: FileName): string {
    // Nothing in it is to be normalised, which would take as long as reading the head.
    return [this.files, ...encodeName(name)].join(sep);
  }

  /** Contents are spread over 256 folders by the first byte of their random id. */
  shard(id: ContentId): string {
    return join(this.contents, id.slice(1, 3));
  }

  content(id: ContentId): string {
    return join(this.shard(id), id);
  }

  record(id: ContentId): string {
    return join(this.shard(id), `${id}.json`);
  }

  plain(name: string): string {
    return join(this.root, ...name.split('/'));
  }

  /** The folder of the links to plain files of this name; a hash, for names may be long. */
  viewLinks(name: FileName): string {
    return join(this.views, createHash('sha256').update(name).digest('hex').slice(0, 40));
  }
}
