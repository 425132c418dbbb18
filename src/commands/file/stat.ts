import { injectable } from 'inversify';
import { FileStore } from '../../files/file-store.js';
import { LockTableUnavailable } from '../../locks/errors.js';
import { LockTable } from '../../locks/lock-table.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { bulk, integer, NULL, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `STAT`: what is known about a file's current version, or an older one. */
@injectable()
export class StatCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'STAT',
    arity: -2,
    group: 'file',
    summary: 'Returns size, version, time, checksum, author and lock state of a file.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['readonly'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'integer', token: 'VERSION', optional: true },
    ],
    keyPosition: 1,
  };

  constructor(
    private readonly files: FileStore,
    private readonly table: LockTable,
  ) {
    super();
  }

  override async execute(command: Command): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    let version: number | undefined;
    reader.options({
      VERSION: () => {
        version = reader.version();
      },
    });
    const found = await this.files.stat(name, version);
    if (found === undefined) return NULL;
    return record([
      ['name', bulk(name)],
      ['size', integer(found.size)],
      ['version', integer(found.version)],
      ['modified', integer(found.modified)],
      ['sha256', bulk(found.sha256)],
      ['locked', bulk(await this.#locked(name))],
      ['session', bulk(found.session)],
      ['token', integer(found.token)],
    ]);
  }

  /** Facts about the file are worth having even while nobody can say who holds it. */
  async #locked(name: string): Promise<'free' | 'exclusive' | 'shared' | 'unknown'> {
    try {
      const state = await this.table.inspect(name);
      return state.holders.find((holder) => holder.remainingMs > 0)?.mode ?? 'free';
    } catch (error) {
      if (error instanceof LockTableUnavailable) return 'unknown';
      throw error;
    }
  }
}
