import { injectable } from 'inversify';
import { namePattern } from '../../files/name-pattern.js';
import { LockTable } from '../../locks/lock-table.js';
import type { LockHolder, LockState } from '../../locks/model.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { array, bulk, failure, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** Locks in one reply at most: some tens of megabytes. More are had pattern by pattern. */
const MAX_LOCKS = 100_000;

/** `LOCKS`: who holds what, since when, for how much longer, and how many wait. */
@injectable()
export class LocksCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'LOCKS',
    arity: -1,
    group: 'lock',
    summary: 'Lists the locks that are held, on all replicas.',
    since: '0.1.0',
    complexity: 'O(n) in the number of locks',
    flags: ['readonly'],
    arguments: [{ name: 'pattern', type: 'pattern', optional: true }],
    keyPosition: 0,
  };

  constructor(private readonly table: LockTable) {
    super();
  }

  override async execute(command: Command): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const matches = reader.done ? () => true : namePattern(reader.text());
    reader.options({});
    const entries: { readonly name: string; readonly reply: Reply }[] = [];
    for await (const state of this.table.list()) {
      if (!matches(state.name)) continue;
      for (const holder of state.holders) {
        entries.push({ name: state.name, reply: entry(state, holder) });
      }
      if (entries.length > MAX_LOCKS) {
        return failure('TOOBIG', `more than ${MAX_LOCKS} locks match: ask with a narrower pattern`);
      }
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
    return array(entries.map(({ reply }) => reply));
  }
}

function entry(state: LockState, holder: LockHolder): Reply {
  return record([
    ['name', bulk(state.name)],
    ['mode', bulk(holder.mode)],
    ['token', integer(holder.token)],
    ['session', bulk(holder.session)],
    ['holder', bulk(holder.holder)],
    ['address', bulk(holder.address)],
    ['since', integer(holder.sinceMs)],
    ['remaining', integer(holder.remainingMs)],
    ['waiting', integer(state.waiting)],
  ]);
}
