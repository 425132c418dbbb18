import { array, bulk, integer, type Reply, record } from '../reply.js';
import type { ArgumentSpec, CommandSpec } from '../spec.js';

/** One value of `COMMAND DOCS`, as Redis 7 has it; `redis-cli` completes and explains by it. */
export function commandDocs(spec: CommandSpec): Reply {
  const fields: [string, Reply][] = [
    ['summary', bulk(spec.summary)],
    ['since', bulk(spec.since)],
    ['group', bulk(spec.group)],
  ];
  if (spec.complexity !== undefined) fields.push(['complexity', bulk(spec.complexity)]);
  if (spec.arguments.length > 0) {
    fields.push(['arguments', array(spec.arguments.map((argument) => docs(argument, spec)))]);
  }
  if (spec.subcommands !== undefined) {
    const subcommands = spec.subcommands.map(
      (subcommand) => [subcommand.name.toLowerCase(), commandDocs(subcommand)] as const,
    );
    fields.push(['subcommands', record(subcommands)]);
  }
  return record(fields);
}

function docs(argument: ArgumentSpec, spec: CommandSpec): Reply {
  const isKey = spec.keyPosition > 0 && argument === spec.arguments[spec.keyPosition - 1];
  const fields: [string, Reply][] = [
    ['name', bulk(argument.name)],
    ['type', bulk(isKey ? 'key' : argument.type)],
  ];
  if (isKey) fields.push(['key_spec_index', integer(0)]);
  if (argument.token !== undefined) fields.push(['token', bulk(argument.token)]);
  const flags = [
    ...(argument.optional ? ['optional'] : []),
    ...(argument.multiple ? ['multiple'] : []),
  ];
  if (flags.length > 0) {
    fields.push(['flags', { kind: 'set', items: flags.map((text) => ({ kind: 'simple', text })) }]);
  }
  if (argument.arguments !== undefined) {
    fields.push(['arguments', array(argument.arguments.map((inner) => docs(inner, spec)))]);
  }
  return record(fields);
}
