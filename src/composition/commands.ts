import { ContainerModule, injectable, type Newable } from 'inversify';
import { CommandTally } from '../commands/command-tally.js';
import { AuthCommand } from '../commands/connection/auth.js';
import { ByeCommand } from '../commands/connection/bye.js';
import { ClientCommand } from '../commands/connection/client.js';
import { EchoCommand } from '../commands/connection/echo.js';
import { HelloCommand } from '../commands/connection/hello.js';
import { PingCommand } from '../commands/connection/ping.js';
import { QuitCommand } from '../commands/connection/quit.js';
import { ReadOnlyCommand } from '../commands/connection/read-only.js';
import { ResetCommand } from '../commands/connection/reset.js';
import { SelectCommand } from '../commands/connection/select.js';
import { DeleteCommand } from '../commands/file/delete.js';
import { GetCommand } from '../commands/file/get.js';
import { HistoryCommand } from '../commands/file/history.js';
import { ListCommand } from '../commands/file/list.js';
import { PutCommand } from '../commands/file/put.js';
import { RestoreCommand } from '../commands/file/restore.js';
import { StatCommand } from '../commands/file/stat.js';
import { BreakCommand } from '../commands/lock/break.js';
import { LockCommand } from '../commands/lock/lock.js';
import { LocksCommand } from '../commands/lock/locks.js';
import { MlockCommand } from '../commands/lock/mlock.js';
import { RenewCommand } from '../commands/lock/renew.js';
import { UnlockCommand } from '../commands/lock/unlock.js';
import { CommandOptions } from '../commands/options.js';
import { CommandRegistry } from '../commands/registry.js';
import { ConfigCommand } from '../commands/server/config.js';
import { InfoCommand } from '../commands/server/info.js';
import { ResumeCommand } from '../commands/session/resume.js';
import { SessionCommand } from '../commands/session/session.js';
import { SessionReset } from '../commands/session-reset.js';
import { CommandHandler } from '../commands/spec.js';
import { PsubscribeCommand } from '../commands/subscription/psubscribe.js';
import { PunsubscribeCommand } from '../commands/subscription/punsubscribe.js';
import { SubscribeCommand } from '../commands/subscription/subscribe.js';
import { UnsubscribeCommand } from '../commands/subscription/unsubscribe.js';
import { TimeCommand } from '../commands/time/time.js';
import type { Config } from '../config/config.js';
import { FileLocking } from '../sessions/file-locking.js';
import type { Session } from '../sessions/session.js';

const HANDLERS: readonly Newable<CommandHandler>[] = [
  AuthCommand,
  BreakCommand,
  ByeCommand,
  ClientCommand,
  ConfigCommand,
  DeleteCommand,
  EchoCommand,
  GetCommand,
  HelloCommand,
  HistoryCommand,
  InfoCommand,
  ListCommand,
  LockCommand,
  LocksCommand,
  MlockCommand,
  PingCommand,
  PsubscribeCommand,
  PunsubscribeCommand,
  PutCommand,
  QuitCommand,
  ReadOnlyCommand,
  RenewCommand,
  ResetCommand,
  RestoreCommand,
  ResumeCommand,
  SelectCommand,
  SessionCommand,
  StatCommand,
  SubscribeCommand,
  TimeCommand,
  UnlockCommand,
  UnsubscribeCommand,
];

/** A waiting command holds back the RESET behind it, so only locks are left to end. */
@injectable()
class ReleasingReset extends SessionReset {
  constructor(private readonly locking: FileLocking) {
    super();
  }

  override async reset(session: Session): Promise<void> {
    await this.locking.releaseAll(session);
  }
}

export const commandsModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(CommandOptions).toConstantValue(new CommandOptions(config.allowRemoteShutdown));
    bind(SessionReset).to(ReleasingReset);
    bind(CommandTally).toSelf();
    for (const handler of HANDLERS) bind(CommandHandler).to(handler);
    bind(CommandRegistry).toSelf();
  });
