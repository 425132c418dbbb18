import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { BuildInfo } from '../../src/commands/build-info.js';
import { CommandTally } from '../../src/commands/command-tally.js';
import { AuthCommand } from '../../src/commands/connection/auth.js';
import { ByeCommand } from '../../src/commands/connection/bye.js';
import { ClientCommand } from '../../src/commands/connection/client.js';
import { EchoCommand } from '../../src/commands/connection/echo.js';
import { HelloCommand } from '../../src/commands/connection/hello.js';
import { PingCommand } from '../../src/commands/connection/ping.js';
import { QuitCommand } from '../../src/commands/connection/quit.js';
import { ReadOnlyCommand } from '../../src/commands/connection/read-only.js';
import { ResetCommand } from '../../src/commands/connection/reset.js';
import { SelectCommand } from '../../src/commands/connection/select.js';
import { ERROR_CODES } from '../../src/commands/error-codes.js';
import { DeleteCommand } from '../../src/commands/file/delete.js';
import { GetCommand } from '../../src/commands/file/get.js';
import { HistoryCommand } from '../../src/commands/file/history.js';
import { ListCommand } from '../../src/commands/file/list.js';
import { PutCommand } from '../../src/commands/file/put.js';
import { RestoreCommand } from '../../src/commands/file/restore.js';
import { StatCommand } from '../../src/commands/file/stat.js';
import { BreakCommand } from '../../src/commands/lock/break.js';
import { LockCommand } from '../../src/commands/lock/lock.js';
import { LocksCommand } from '../../src/commands/lock/locks.js';
import { MlockCommand } from '../../src/commands/lock/mlock.js';
import { RenewCommand } from '../../src/commands/lock/renew.js';
import { UnlockCommand } from '../../src/commands/lock/unlock.js';
import { CommandRegistry } from '../../src/commands/registry.js';
import { ConfigCommand } from '../../src/commands/server/config.js';
import { InfoCommand } from '../../src/commands/server/info.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import { PsubscribeCommand } from '../../src/commands/subscription/psubscribe.js';
import { PunsubscribeCommand } from '../../src/commands/subscription/punsubscribe.js';
import { SubscribeCommand } from '../../src/commands/subscription/subscribe.js';
import { UnsubscribeCommand } from '../../src/commands/subscription/unsubscribe.js';
import { TimeCommand } from '../../src/commands/time/time.js';
import { usageOf } from '../../src/commands/usage.js';
import { FakeDirectory, RecordingLog, RecordingObserver, StoppedClock } from './fakes.js';

/** In place of ports that no spec needs. */
const unused = undefined as never;

function allSpecs(): readonly CommandSpec[] {
  const clock = new StoppedClock();
  const build = new BuildInfo('1.0.0');
  const directory = new FakeDirectory([]);
  const tally = new CommandTally();
  const handlers = [
    new AuthCommand(),
    new BreakCommand(unused),
    new ByeCommand(unused, unused),
    new ClientCommand(directory, clock),
    new ConfigCommand(),
    new DeleteCommand(unused),
    new EchoCommand(),
    new GetCommand(unused, unused),
    new HelloCommand(build),
    new HistoryCommand(unused),
    new InfoCommand(build, directory, tally, clock),
    new ListCommand(unused),
    new LockCommand(unused),
    new LocksCommand(unused, clock),
    new MlockCommand(unused),
    new PingCommand(),
    new PsubscribeCommand(unused),
    new PunsubscribeCommand(unused),
    new PutCommand(unused),
    new QuitCommand(),
    new ReadOnlyCommand(),
    new RenewCommand(unused),
    new ResetCommand(unused, unused),
    new SelectCommand(),
    new RestoreCommand(unused),
    new StatCommand(unused, unused),
    new SubscribeCommand(unused),
    new TimeCommand(clock),
    new UnlockCommand(unused),
    new UnsubscribeCommand(unused),
  ];
  return new CommandRegistry(handlers, tally, new RecordingObserver(), new RecordingLog()).specs;
}

describe('docs/protocol.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  });

  it('has the error table of the code, row by row', () => {
    const rows = [...page.matchAll(/^\| `([A-Z]+)` \| (.+) \| (.+) \|$/gm)].map((row) =>
      row.slice(1),
    );
    const table = Object.entries(ERROR_CODES).map(([code, { when, retry }]) => [code, when, retry]);
    expect(rows).to.deep.equal(table);
  });

  it('numbers its clauses in order, each once', () => {
    const clauses = [...page.matchAll(/^- \*\*\[P-(\d+)\.(\d+)\]\*\*/gm)].map(
      ([, part, number]) => [Number(part), Number(number)],
    );
    expect(clauses.length).to.be.above(50);
    clauses.reduce(([part, number], next) => {
      const follows = next[0] === part ? next[1] === (number ?? 0) + 1 : next[1] === 1;
      expect(follows, `P-${next.join('.')} after P-${part}.${number}`).to.equal(true);
      return next;
    });
  });

  for (const spec of allSpecs()) {
    it(`has the grammar of ${spec.name} as clients are told it`, () => {
      for (const each of [spec, ...(spec.subcommands ?? [])]) {
        if (each.subcommands === undefined) expect(page).to.contain(`\`${usageOf(each)}\``);
      }
    });
  }

  it('knows a summary, a group and a fitting arity for every command', () => {
    for (const spec of allSpecs()) {
      for (const each of [spec, ...(spec.subcommands ?? [])]) {
        expect(each.summary, each.name).to.match(/^[A-Z].*\.$/);
        const required = each.arguments.filter((argument) => !argument.optional).length;
        const words = each.name.split('|').length;
        const isContainer = each.subcommands !== undefined;
        if (isContainer) continue;
        expect(Math.abs(each.arity), each.name).to.be.at.least(words + required);
      }
    }
  });
});
