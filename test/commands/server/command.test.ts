import { expect } from 'chai';
import type { Reply } from '../../../src/commands/reply.js';
import { CommandCommand } from '../../../src/commands/server/command.js';
import { ConfigCommand } from '../../../src/commands/server/config.js';
import type { CommandSpec } from '../../../src/commands/spec.js';
import { execute, plainNow } from '../fakes.js';

const GRAB: CommandSpec = {
  name: 'GRAB',
  arity: -2,
  group: 'lock',
  summary: 'Grabs a file.',
  since: '0.1.0',
  complexity: 'O(1)',
  flags: ['write', 'blocking'],
  arguments: [
    { name: 'name', type: 'string' },
    { name: 'wait-ms', type: 'integer', token: 'WAIT', optional: true },
    {
      name: 'range',
      type: 'block',
      token: 'RANGE',
      optional: true,
      multiple: true,
      arguments: [{ name: 'offset', type: 'integer' }],
    },
  ],
  keyPosition: 1,
};

const LOOK: CommandSpec = {
  name: 'LOOK',
  arity: 1,
  group: 'connection',
  summary: 'Looks.',
  since: '0.1.0',
  flags: ['readonly', 'fast', 'admin'],
  arguments: [],
  keyPosition: 0,
};

describe('COMMAND', () => {
  const config = new ConfigCommand().spec;
  const handler: CommandCommand = new CommandCommand(() => [config, GRAB, LOOK]);
  const ask = (...args: string[]): unknown => plainNow(execute(handler, args));

  const grabInfo = [
    'grab',
    -2,
    ['write', 'blocking'],
    1,
    1,
    1,
    ['@write', '@blocking', '@slow'],
    [],
    [
      {
        flags: ['RW', 'update'],
        begin_search: { type: 'index', spec: { index: 1 } },
        find_keys: { type: 'range', spec: { lastkey: 0, keystep: 1, limit: 0 } },
      },
    ],
    [],
  ];
  const lookInfo = [
    'look',
    1,
    ['readonly', 'fast', 'admin'],
    0,
    0,
    0,
    ['@read', '@admin', '@dangerous', '@connection', '@fast'],
    [],
    [],
    [],
  ];

  it('INFO describes commands as Redis 7 does, unknown ones as null, in the order asked', () => {
    expect(ask('INFO', 'look', 'nosuch', 'GRAB')).to.deep.equal([lookInfo, null, grabInfo]);
  });

  it('sends flags and categories as sets of words, key specifications as a set', () => {
    const reply = execute(handler, ['INFO', 'grab']);
    const [info] = items(reply);
    const kinds = items(info).map((item) => item.kind);
    expect(kinds).to.deep.equal([
      'bulk',
      'integer',
      'set',
      'integer',
      'integer',
      'integer',
      'set',
      'set',
      'set',
      'array',
    ]);
    expect(items(items(info)[2]).map((item) => item.kind)).to.deep.equal(['simple', 'simple']);
  });

  it('without arguments describes all, subcommands inside their container', () => {
    const all = ask() as unknown[][];
    expect(all.map(([name]) => name)).to.deep.equal(['config', 'grab', 'look']);
    expect(all).to.deep.equal(ask('INFO'));
    const inside = all[0]?.[9] as unknown[][];
    expect(inside.map(([name]) => name)).to.deep.equal(['config|get', 'config|set', 'config|help']);
  });

  it('COUNT and LIST', () => {
    expect(ask('COUNT')).to.equal(3);
    expect(ask('LIST')).to.deep.equal([
      'config',
      'config|get',
      'config|set',
      'config|help',
      'grab',
      'look',
    ]);
  });

  it('DOCS explains arguments with tokens, flags and blocks; the file name is the key', () => {
    expect(ask('DOCS', 'grab', 'nosuch', 'GRAB')).to.deep.equal({
      grab: {
        summary: 'Grabs a file.',
        since: '0.1.0',
        group: 'lock',
        complexity: 'O(1)',
        arguments: [
          { name: 'name', type: 'key', key_spec_index: 0 },
          { name: 'wait-ms', type: 'integer', token: 'WAIT', flags: ['optional'] },
          {
            name: 'range',
            type: 'block',
            token: 'RANGE',
            flags: ['optional', 'multiple'],
            arguments: [{ name: 'offset', type: 'integer' }],
          },
        ],
      },
    });
    expect(ask('DOCS', 'look')).to.deep.equal({
      look: { summary: 'Looks.', since: '0.1.0', group: 'connection' },
    });
  });

  it('DOCS without names has all; a subcommand is found by its full name', () => {
    const all = ask('DOCS') as Record<string, { subcommands?: Record<string, unknown> }>;
    expect(Object.keys(all)).to.deep.equal(['config', 'grab', 'look']);
    expect(all['config']?.subcommands).to.have.keys('config|get', 'config|set', 'config|help');
    expect(ask('DOCS', 'config|get')).to.deep.equal({
      'config|get': all['config']?.subcommands?.['config|get'],
    });
    expect(ask('INFO', 'config|nope', 'grab|x')).to.deep.equal([null, null]);
  });

  it('refuses what it does not know', () => {
    expect(ask('FOO')).to.equal("-ERR unknown subcommand 'FOO'. Try COMMAND HELP.");
    expect(ask('COUNT', 'x')).to.match(/^-ERR wrong number of arguments for 'command\|count'/);
    expect(ask('HELP')).to.include('COMMAND DOCS [command-name [command-name ...]]');
  });
});

function items(reply: Reply | Promise<Reply> | undefined): readonly Reply[] {
  if (reply === undefined || reply instanceof Promise) throw new Error('no reply');
  if (reply.kind !== 'array' && reply.kind !== 'set')
    throw new Error(`a ${reply.kind} has no items`);
  return reply.items;
}
