import { isSet, switchOption, text, valueOption, whole } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { ExitCode } from '../exit-codes.js';
import { exchangeHello } from '../hello-exchange.js';
import { print, printJson } from '../print.js';
import { printable } from '../table.js';

const DEFAULT_MESSAGE = 'Hola servidor, este mensaje viaja en trozos pequeños';
const DEFAULT_MTU = 20;
const DEFAULT_TIMEOUT_MS = 5_000;

export const hello: CliCommand = {
  usage: 'hello [message]',
  summary: 'Greet the server in plain text, a few bytes at a time.',
  examples: [
    ['candado hello', 'a greeting in pieces of 20 bytes'],
    ['candado hello --mtu 5 "Hola servidor"', 'in smaller ones'],
  ],

  options: (yargs) =>
    yargs
      .positional('message', { describe: 'What to say', type: 'string' })
      .option('mtu', valueOption(`Most bytes of one piece, both ways [${DEFAULT_MTU}]`))
      .option('timeout', valueOption(`Longest silence in milliseconds [${DEFAULT_TIMEOUT_MS}]`))
      .option('json', switchOption('One JSON object')),

  run: async (args, { io, target }) => {
    const message = text(args, 'message') ?? DEFAULT_MESSAGE;
    // The first byte chooses the dialect: these two would not be taken for text.
    if (message.startsWith('*') || message.startsWith('\u0016') || message === '') {
      throw new UsageError('a message must not be empty, nor begin with "*"');
    }
    const mtu = whole(args, 'mtu', { least: 1, most: 65_536 }) ?? DEFAULT_MTU;
    const timeoutMs = whole(args, 'timeout', { least: 1, most: 600_000 }) ?? DEFAULT_TIMEOUT_MS;
    const { reply, sentPieces, receivedPieces } = await exchangeHello(target, {
      message,
      mtu,
      timeoutMs,
    });
    if (isSet(args, 'json')) {
      await printJson(io.stdout, { reply, sentPieces, receivedPieces, mtu });
    } else {
      await print(
        io.stdout,
        `${printable(reply)}\n(sent in ${count(sentPieces)}, received in ${count(receivedPieces)} ` +
          `of at most ${mtu} bytes)\n`,
      );
    }
    return ExitCode.ok;
  },
};

function count(pieces: number): string {
  return pieces === 1 ? '1 piece' : `${pieces} pieces`;
}
