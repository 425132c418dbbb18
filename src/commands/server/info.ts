import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { BuildInfo } from '../build-info.js';
import type { Command } from '../command.js';
import { CommandTally } from '../command-tally.js';
import { ConnectionDirectory } from '../connection-directory.js';
import type { CommandContext, ConnectionHandle } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { INFO_SECTIONS, type InfoFacts } from './info-sections.js';

/** Words that stand for every section. */
const ALL_SECTIONS = ['default', 'all', 'everything'];

/** `INFO`: this replica in lines of `field:value`, for people and for clients' ready checks. */
@injectable()
export class InfoCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'INFO',
    arity: -1,
    group: 'server',
    summary: 'Describes this replica; with sections, only those.',
    since: '0.1.0',
    complexity: 'O(n) in the number of connections',
    flags: ['loading'],
    arguments: [{ name: 'section', type: 'string', optional: true, multiple: true }],
    keyPosition: 0,
  };

  readonly #startedMs: number;

  constructor(
    private readonly build: BuildInfo,
    private readonly directory: ConnectionDirectory,
    private readonly tally: CommandTally,
    private readonly clock: Clock,
  ) {
    super();
    this.#startedMs = clock.monotonicMs();
  }

  override execute({ args }: Command, { connection }: CommandContext): Reply {
    const asked = args.map((argument) => argument.toString('latin1').toLowerCase());
    const all = asked.length === 0 || asked.some((name) => ALL_SECTIONS.includes(name));
    const facts = this.#facts(connection);
    const sections = Object.entries(INFO_SECTIONS)
      .filter(([name]) => all || asked.includes(name))
      .map(([name, fields]) => lines(name, fields(facts)));
    return { kind: 'verbatim', value: sections.join('\r\n') };
  }

  #facts(asking: ConnectionHandle): InfoFacts {
    const { heapUsed, external, rss } = process.memoryUsage();
    return {
      build: this.build,
      tally: this.tally,
      asking,
      connections: Iterator.from(this.directory.all()).reduce((count) => count + 1, 0),
      uptimeSeconds: Math.floor((this.clock.monotonicMs() - this.#startedMs) / 1000),
      epochMicros: this.clock.epochMicros(),
      memory: { used: heapUsed + external, resident: rss },
    };
  }
}

function lines(name: string, fields: Readonly<Record<string, string | number>>): string {
  const title = `# ${name.charAt(0).toUpperCase()}${name.slice(1)}\r\n`;
  return (
    title +
    Object.entries(fields)
      .map(([field, value]) => `${field}:${value}\r\n`)
      .join('')
  );
}
