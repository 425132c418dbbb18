import { injectable } from 'inversify';
import { FileStore, type VersionRecord } from '../../files/file-store.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { array, bulk, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** Largest `COUNT`: more versions than any store is meant to keep of one file. */
const MAX_COUNT = 100_000;

/** `HISTORY`: what is known of each kept version of a file, newest first. */
@injectable()
export class HistoryCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'HISTORY',
    arity: -2,
    group: 'file',
    summary: 'Lists the kept versions of a file and who wrote them, newest first.',
    since: '0.1.0',
    complexity: 'O(n) in the number of kept versions',
    flags: ['readonly'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    ],
    keyPosition: 1,
  };

  constructor(private readonly files: FileStore) {
    super();
  }

  override async execute(command: Command): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    let count: number | undefined;
    reader.options({
      COUNT: () => {
        count = reader.integer('COUNT', 1, MAX_COUNT);
      },
    });
    const versions = await this.files.history(name);
    return array(versions.slice(0, count).map(entry));
  }
}

function entry(version: VersionRecord): Reply {
  return record([
    ['version', integer(version.version)],
    ['size', integer(version.size)],
    ['sha256', bulk(version.sha256)],
    ['modified', integer(version.modified)],
    ['session', bulk(version.session)],
    ['token', integer(version.token)],
    ['deleted', integer(version.deleted ? 1 : 0)],
  ]);
}
