import { injectable } from 'inversify';
import type { FileName } from '../../files/file-name.js';
import { ManyLocks } from '../../sessions/many-locks.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { LOCK_OPTIONS, readLockOptions, wishOf } from './lock-options.js';
import { deniedReply, grantedReply } from './lock-reply.js';

/** Names in one request at most: each costs round trips, and all of them are held up by the last. */
export const MAX_NAMES_AT_ONCE = 100;

/** `MLOCK`: several locks, all or none of them. */
@injectable()
export class MlockCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'MLOCK',
    arity: -3,
    group: 'lock',
    summary: 'Locks several files, all or none; with WAIT, queues for each in turn.',
    since: '0.1.0',
    complexity: 'O(n log n) in the number of names',
    flags: ['write', 'blocking'],
    arguments: [
      { name: 'count', type: 'integer' },
      { name: 'name', type: 'string', multiple: true },
      ...LOCK_OPTIONS,
    ],
    keyPosition: 0,
  };

  constructor(private readonly locks: ManyLocks) {
    super();
  }

  override async execute(command: Command, context: CommandContext): Promise<Reply> {
    const { session, connection } = context;
    const reader = new ArgumentReader(command.args, this.spec);
    const names = this.#names(reader);
    const options = readLockOptions(reader);
    session.holder = connection.clientName;
    const result = await this.locks.lock(session, names, (name) =>
      wishOf(name, options, connection),
    );
    return result.outcome === 'granted'
      ? array(result.locks.map(grantedReply))
      : deniedReply(result.name, result.because, connection.signal);
  }

  #names(reader: ArgumentReader): readonly FileName[] {
    const count = reader.integer('count', 1, MAX_NAMES_AT_ONCE);
    const names = new Set<FileName>();
    for (let at = 0; at < count; at++) {
      const name = reader.fileName();
      if (names.has(name)) throw reader.wrong(`"${name}" is given twice`);
      names.add(name);
    }
    return [...names];
  }
}
