import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { namePattern } from '../../files/name-pattern.js';
import { LockTable } from '../../locks/lock-table.js';
import type { LockHolder, LockState } from '../../locks/model.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, bulk, failure, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/**
 * Records in one reply at most, of holders and of those who wait: some tens of megabytes. More are
 * had pattern by pattern.
 */
const MAX_RECORDS = 100_000;

const OPTIONS: readonly string[] = ['MINE', 'STALE'];

interface Query {
  readonly matches: (name: string) => boolean;
  readonly mine: boolean;
  readonly stale: boolean;
}

/** `LOCKS`: who holds what, since when, for how much longer, and who waits. */
@injectable()
export class LocksCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'LOCKS',
    arity: -1,
    group: 'lock',
    summary: 'Lists the locks that are held, on all replicas, and who waits for them.',
    since: '0.1.0',
    complexity: 'O(n) in the number of locks',
    flags: ['readonly'],
    arguments: [
      { name: 'pattern', type: 'pattern', optional: true },
      { name: 'mine', type: 'pure-token', token: 'MINE', optional: true },
      { name: 'stale', type: 'pure-token', token: 'STALE', optional: true },
    ],
    keyPosition: 0,
  };

  constructor(
    private readonly table: LockTable,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const { matches, mine, stale } = this.#query(command);
    const nowMs = this.clock.epochMicros() / 1_000;
    const entries: { readonly name: string; readonly reply: Reply }[] = [];
    let records = 0;
    for await (const state of this.table.list()) {
      if (!matches(state.name)) continue;
      const queue = queueOf(state);
      for (const holder of state.holders) {
        if (mine && holder.session !== session.id) continue;
        if (stale && holder.remainingMs > 0) continue;
        entries.push({ name: state.name, reply: entry(state, holder, queue, nowMs) });
        records += 1 + state.queue.length;
      }
      if (records > MAX_RECORDS) {
        return failure(
          'TOOBIG',
          `more than ${MAX_RECORDS} records of locks and waiters match: ask with a narrower pattern`,
        );
      }
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
    return array(entries.map(({ reply }) => reply));
  }

  /** A first argument that is the word of an option is the option. */
  #query(command: Command): Query {
    const reader = new ArgumentReader(command.args, this.spec);
    const first = command.args[0]?.toString('utf8').toUpperCase();
    const hasPattern = first !== undefined && !OPTIONS.includes(first);
    const matches = hasPattern ? namePattern(reader.text()) : () => true;
    let mine = false;
    let stale = false;
    reader.options({
      MINE: () => {
        mine = true;
      },
      STALE: () => {
        stale = true;
      },
    });
    return { matches, mine, stale };
  }
}

function entry(state: LockState, holder: LockHolder, queue: Reply, nowMs: number): Reply {
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
    ['note', bulk(holder.note)],
    // The table's clock said when it was granted; ours may be behind it.
    ['age', integer(Math.max(0, Math.round(nowMs - holder.sinceMs)))],
    ['queue', queue],
  ]);
}

function queueOf({ queue }: LockState): Reply {
  return array(
    queue.map(({ session, mode, holder, address }) =>
      record([
        ['session', bulk(session)],
        ['mode', bulk(mode)],
        ['holder', bulk(holder)],
        ['address', bulk(address)],
      ]),
    ),
  );
}
