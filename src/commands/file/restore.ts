import { injectable } from 'inversify';
import { Publishing } from '../../sessions/publishing.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { CHANGE_OPTIONS, changeReply, named, readChangeOptions } from './change-reply.js';

/** `RESTORE`: the content of an older version once more, as the newest. */
@injectable()
export class RestoreCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'RESTORE',
    arity: -3,
    group: 'file',
    summary: 'Publishes a kept version of a locked file as its newest; undoes DELETE, too.',
    since: '0.1.0',
    complexity: 'O(n) in the bytes copied',
    flags: ['write'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'number', type: 'integer' },
      ...CHANGE_OPTIONS,
    ],
    keyPosition: 1,
  };

  constructor(private readonly publishing: Publishing) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    const number = reader.integer('the number of the version', 1, Number.MAX_SAFE_INTEGER);
    const options = readChangeOptions(reader);
    const outcome =
      this.publishing.refusedFromTheStart(session, name, named(options)) ??
      (await this.publishing.restore(session, name, number, options));
    return changeReply(name, outcome);
  }
}
