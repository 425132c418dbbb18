import type { CommandContext } from '../../../src/commands/context.js';
import { LockCommand } from '../../../src/commands/lock/lock.js';
import { LocksCommand } from '../../../src/commands/lock/locks.js';
import { MlockCommand } from '../../../src/commands/lock/mlock.js';
import { RenewCommand } from '../../../src/commands/lock/renew.js';
import { UnlockCommand } from '../../../src/commands/lock/unlock.js';
import { Refusal } from '../../../src/commands/refusal.js';
import type { Reply } from '../../../src/commands/reply.js';
import type { CommandHandler } from '../../../src/commands/spec.js';
import { ManyLocks } from '../../../src/sessions/many-locks.js';
import type { Session } from '../../../src/sessions/session.js';
import { SessionFixture } from '../../support/session-fixture.js';
import { connection, execute, plain } from '../fakes.js';

/** One client of a replica on memory adapters. */
export interface FakeClient {
  readonly session: Session;
  /** What it was told without having asked. */
  readonly pushes: unknown[];
  /** Its answer, as {@link plain} has it. */
  send(command: string, ...args: string[]): Promise<unknown>;
}

/** The lock commands on one replica. */
export class LockCommands {
  readonly replica = new SessionFixture();
  readonly #handlers: ReadonlyMap<string, CommandHandler>;

  constructor(more: (replica: SessionFixture) => readonly CommandHandler[] = () => []) {
    const { locking, table, clock } = this.replica;
    const handlers = [
      new LockCommand(locking),
      new MlockCommand(new ManyLocks(locking, clock)),
      new LocksCommand(table, clock),
      new RenewCommand(locking),
      new UnlockCommand(locking),
      ...more(this.replica),
    ];
    this.#handlers = new Map(handlers.map((handler) => [handler.spec.name, handler]));
  }

  client(name = '', protocol: 2 | 3 = 3): FakeClient {
    const session = this.replica.session();
    const pushes: unknown[] = [];
    const handle = connection({
      clientName: name,
      remoteAddress: session.address,
      protocol,
      push: (items: readonly Reply[]) => pushes.push(items.map(plain)),
    });
    const context: CommandContext = {
      session,
      connection: handle,
      adopt: () => {
        throw new Error('no lock command changes the session');
      },
    };
    return { session, pushes, send: (command, ...args) => this.#send(command, args, context) };
  }

  async waitersReach(name: string, count: number): Promise<void> {
    while ((await this.replica.table.inspect(name)).waiting !== count) await Promise.resolve();
  }

  async #send(name: string, args: readonly string[], context: CommandContext): Promise<unknown> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) throw new Error(`no handler for ${name}`);
    try {
      return plain(await execute(handler, args, context));
    } catch (error) {
      if (error instanceof Refusal) return `-${error.code} ${error.message}`;
      throw error;
    }
  }
}
