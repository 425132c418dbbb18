import type { FileName } from '../file-name.js';
import type { FileListing, ListQuery } from '../file-store.js';
import { namePattern } from '../name-pattern.js';
import { tellsContent } from './head-body.js';
import type { Keys } from './keys.js';
import { ordered } from './keys.js';
import type { S3Bucket } from './s3-bucket.js';

/** Lists names in pages, by what the service tells of each head: none is read. */
export class Listing {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
  ) {}

  async list({ pattern, after = '', deleted = false, count }: ListQuery): Promise<FileListing> {
    const matches = pattern === undefined ? () => true : namePattern(pattern);
    const prefix = `${this.keys.heads}${ordered(literalStart(pattern ?? ''))}`;
    const start = after === '' ? undefined : this.keys.before(after);
    const names: FileName[] = [];
    for await (const { key, size } of this.bucket.walk(prefix, start)) {
      if (size === 0 || !(deleted || tellsContent(size))) continue;
      const name = this.keys.nameOf(key);
      if (name <= after || !matches(name)) continue;
      if (names.length === count) return { names, next: names.at(-1) };
      names.push(name);
    }
    return { names, next: undefined };
  }
}

/** What every name that matches begins with. */
function literalStart(pattern: string): string {
  return /^[^*?[\]\\{}]*/.exec(pattern)?.[0] ?? '';
}
