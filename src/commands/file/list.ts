import { injectable } from 'inversify';
import { FileStore } from '../../files/file-store.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { array, bulk, failure, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** Names in one reply at most: some megabytes. More are had page by page. */
const MAX_NAMES = 100_000;

/** Names on a page if the client does not say. */
const PAGE_NAMES = 1_000;

/** A cursor is the last name of the page before, marked so that it is never empty. */
const CURSOR_MARK = '>';

/** `LIST`: names of files, sorted; with `CURSOR`, page by page. */
@injectable()
export class ListCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'LIST',
    arity: -1,
    group: 'file',
    summary: 'Lists the names of files that match a glob pattern, sorted.',
    since: '0.1.0',
    complexity: 'O(n) in the number of files',
    flags: ['readonly'],
    arguments: [
      { name: 'pattern', type: 'pattern', optional: true },
      { name: 'cursor', type: 'string', token: 'CURSOR', optional: true },
      { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    ],
    keyPosition: 0,
  };

  constructor(private readonly files: FileStore) {
    super();
  }

  override async execute(command: Command): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    // The words are options only in pairs, so a single CURSOR or COUNT is a pattern.
    const pattern = command.args.length % 2 === 1 ? reader.text() : undefined;
    let cursor: string | undefined;
    let count: number | undefined;
    reader.options({
      CURSOR: () => {
        cursor = reader.text();
      },
      COUNT: () => {
        count = reader.integer('COUNT', 1, MAX_NAMES);
      },
    });
    const listing = await this.files.list({
      ...(pattern === undefined ? {} : { pattern }),
      ...(cursor?.startsWith(CURSOR_MARK) ? { after: cursor.slice(CURSOR_MARK.length) } : {}),
      count: count ?? (cursor === undefined ? MAX_NAMES : PAGE_NAMES),
    });
    const names = array(listing.names.map(bulk));
    if (cursor !== undefined) {
      const next = listing.next === undefined ? '' : CURSOR_MARK + listing.next;
      return array([bulk(next), names]);
    }
    if (listing.next !== undefined && count === undefined) {
      return failure('TOOBIG', `more than ${MAX_NAMES} names match: page with CURSOR "" COUNT n`);
    }
    return names;
  }
}
