import { array, bulk, integer, type Reply, record } from '../reply.js';
import type { CommandSpec } from '../spec.js';

/**
 * One entry of `COMMAND INFO`, as Redis 7 has it: name, arity, flags, first key, last key, step,
 * ACL categories, tips, key specifications, subcommands.
 */
export function commandInfo(spec: CommandSpec): Reply {
  const key = spec.keyPosition;
  return array([
    bulk(spec.name.toLowerCase()),
    integer(spec.arity),
    words(spec.flags),
    integer(key),
    integer(key),
    integer(key === 0 ? 0 : 1),
    words(categories(spec)),
    set([]),
    set(key === 0 ? [] : [keySpecification(spec, key)]),
    array((spec.subcommands ?? []).map(commandInfo)),
  ]);
}

function categories(spec: CommandSpec): readonly string[] {
  const all: string[] = [];
  for (const flag of spec.flags) {
    if (flag === 'readonly') all.push('@read');
    else if (flag === 'admin') all.push('@admin', '@dangerous');
    else if (flag === 'write' || flag === 'blocking' || flag === 'pubsub') all.push(`@${flag}`);
  }
  if (spec.group === 'connection') all.push('@connection');
  all.push(spec.flags.includes('fast') ? '@fast' : '@slow');
  return all;
}

function keySpecification(spec: CommandSpec, index: number): Reply {
  const writes = spec.flags.includes('write');
  return record([
    ['flags', words(writes ? ['RW', 'update'] : ['RO', 'access'])],
    ['begin_search', search('index', [['index', index]])],
    [
      'find_keys',
      search('range', [
        ['lastkey', 0],
        ['keystep', 1],
        ['limit', 0],
      ]),
    ],
  ]);
}

function search(type: string, spec: readonly (readonly [string, number])[]): Reply {
  return record([
    ['type', bulk(type)],
    ['spec', record(spec.map(([name, value]) => [name, integer(value)]))],
  ]);
}

function words(all: readonly string[]): Reply {
  return set(all.map((text) => ({ kind: 'simple', text })));
}

function set(items: readonly Reply[]): Reply {
  return { kind: 'set', items };
}
