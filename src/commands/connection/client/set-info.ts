import { printable } from '../../arguments.js';
import { failure, OK } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { badClientName, isClientName } from '../client-name.js';
import { wordOf } from './choice.js';
import { clientSpec } from './spec.js';

export const clientSetInfo: Subcommand = {
  spec: clientSpec('SETINFO', {
    arity: 4,
    summary: 'Tells which client library this is; libraries send it by themselves.',
    arguments: [
      {
        name: 'attr',
        type: 'oneof',
        arguments: [
          { name: 'libname', type: 'string', token: 'LIB-NAME' },
          { name: 'libver', type: 'string', token: 'LIB-VER' },
        ],
      },
    ],
  }),
  execute: ([attribute, value = Buffer.alloc(0)], { connection }) => {
    const word = wordOf(attribute);
    if (word !== 'LIB-NAME' && word !== 'LIB-VER') {
      return failure('ERR', `Unrecognized option '${printable(word)}': LIB-NAME or LIB-VER`);
    }
    if (!isClientName(value)) return failure('ERR', badClientName(word.toLowerCase()));
    if (word === 'LIB-NAME') connection.libraryName = value.toString('latin1');
    else connection.libraryVersion = value.toString('latin1');
    return OK;
  },
};
