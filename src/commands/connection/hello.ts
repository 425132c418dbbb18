import { injectable } from 'inversify';
import { printable } from '../arguments.js';
import { BuildInfo } from '../build-info.js';
import type { Command } from '../command.js';
import type { CommandContext, ConnectionHandle } from '../context.js';
import { array, bulk, failure, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { badClientName, isClientName } from './client-name.js';
import { refuseUser } from './sign-in.js';

/** What a well-formed `HELLO` asks for. */
interface Wishes {
  protocol?: 2 | 3;
  clientName?: string;
}

/** `HELLO`: chooses RESP2 or RESP3 and tells the client whom it talks to. */
@injectable()
export class HelloCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'HELLO',
    arity: -1,
    group: 'connection',
    summary: 'Chooses the protocol version, and may sign in and name the connection.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [
      {
        name: 'arguments',
        type: 'block',
        optional: true,
        arguments: [
          { name: 'protover', type: 'integer' },
          {
            name: 'auth',
            type: 'block',
            token: 'AUTH',
            optional: true,
            arguments: [
              { name: 'username', type: 'string' },
              { name: 'password', type: 'string' },
            ],
          },
          { name: 'clientname', type: 'string', token: 'SETNAME', optional: true },
        ],
      },
    ],
    keyPosition: 0,
  };

  constructor(private readonly build: BuildInfo) {
    super();
  }

  /** A refused `HELLO` changes nothing. */
  override execute({ args }: Command, { connection }: CommandContext): Reply {
    const wishes: Wishes = {};
    const refusal = read(args, wishes);
    if (refusal !== undefined) return refusal;
    connection.protocol = wishes.protocol ?? connection.protocol;
    connection.clientName = wishes.clientName ?? connection.clientName;
    return { kind: 'hello', protocol: connection.protocol, reply: this.#introduction(connection) };
  }

  #introduction(connection: ConnectionHandle): Reply {
    return record([
      ['server', bulk('candado')],
      ['version', bulk(this.build.version)],
      ['proto', integer(connection.protocol)],
      ['id', integer(connection.id)],
      ['mode', bulk('standalone')],
      ['role', bulk('master')],
      ['modules', array([])],
    ]);
  }
}

function read(args: readonly Buffer[], wishes: Wishes): Reply | undefined {
  const [version, ...options] = args;
  return version === undefined
    ? undefined
    : (readVersion(version.toString('latin1'), wishes) ?? readOptions(options, wishes));
}

function readVersion(version: string, wishes: Wishes): Reply | undefined {
  if (!/^-?\d{1,18}$/.test(version)) {
    return failure('ERR', 'Protocol version is not an integer or out of range: say HELLO 2 or 3');
  }
  if (version !== '2' && version !== '3') {
    return failure('NOPROTO', 'unsupported protocol version: say HELLO 2 or HELLO 3');
  }
  wishes.protocol = version === '2' ? 2 : 3;
  return undefined;
}

function readOptions(options: readonly Buffer[], wishes: Wishes): Reply | undefined {
  const [option, first, second] = options;
  if (option === undefined) return undefined;
  const word = option.toString('latin1').toUpperCase();
  if (word === 'AUTH' && first !== undefined && second !== undefined) {
    return refuseUser(first.toString('utf8')) ?? readOptions(options.slice(3), wishes);
  }
  if (word === 'SETNAME' && first !== undefined) {
    if (!isClientName(first)) return failure('ERR', badClientName('Client names'));
    wishes.clientName = first.toString('latin1');
    return readOptions(options.slice(2), wishes);
  }
  return failure('ERR', `Syntax error in HELLO option '${printable(word)}'`);
}
