import { injectable } from 'inversify';
import type { FileName } from '../../files/file-name.js';
import type { LockMode } from '../../locks/model.js';
import { FileLocking, type LockOutcome } from '../../sessions/file-locking.js';
import { ArgumentReader, MAX_WAIT_MS } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, failure, integer, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { lockedReply, timeoutReply } from './lock-reply.js';

/** `LOCK`: the right to change a file, or to be sure that nobody does. */
@injectable()
export class LockCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'LOCK',
    arity: -2,
    group: 'lock',
    summary: 'Locks a file; with WAIT, queues for it first in, first out.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['write', 'blocking'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'shared', type: 'pure-token', token: 'SHARED', optional: true },
      { name: 'ms', type: 'integer', token: 'TTL', optional: true },
      { name: 'ms', type: 'integer', token: 'WAIT', optional: true },
    ],
    keyPosition: 1,
  };

  constructor(private readonly locking: FileLocking) {
    super();
  }

  override async execute(command: Command, context: CommandContext): Promise<Reply> {
    const { session, connection } = context;
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    let mode: LockMode = 'exclusive';
    let ttlMs: number | undefined;
    let waitMs = 0;
    reader.options({
      SHARED: () => {
        mode = 'shared';
      },
      TTL: () => {
        ttlMs = reader.ttlMs();
      },
      WAIT: () => {
        waitMs = reader.integer('WAIT in milliseconds', 0, MAX_WAIT_MS);
      },
    });
    session.holder = connection.clientName;
    const wish = { mode, ttlMs, waitMs, note: '', signal: connection.signal };
    return reply(name, await this.locking.lock(session, name, wish), connection.signal);
  }
}

function reply(name: FileName, outcome: LockOutcome, signal: AbortSignal): Reply {
  switch (outcome.outcome) {
    case 'granted': {
      const { token, head, ttlMs } = outcome.lock;
      return array([integer(token), integer(head.version), integer(ttlMs)]);
    }
    case 'locked':
      return lockedReply(outcome.state);
    case 'timeout':
      return timeoutReply(outcome.state);
    case 'deadlock':
      return failure('DEADLOCK', 'to be written');
    case 'superseded':
    case 'cancelled':
      return signal.reason === 'draining'
        ? failure('UNAVAILABLE', 'this replica is shutting down; connect again and retry')
        : failure('TIMEOUT', `the wait for "${name}" was ended; try again`);
  }
}
