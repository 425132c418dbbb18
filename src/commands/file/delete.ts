import { injectable } from 'inversify';
import { Publishing } from '../../sessions/publishing.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { CHANGE_OPTIONS, changeReply, named, readChangeOptions } from './change-reply.js';

/** `DELETE`: a version without content. */
@injectable()
export class DeleteCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'DELETE',
    arity: -2,
    group: 'file',
    summary: 'Deletes a locked file: its next version has no content.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['write'],
    arguments: [{ name: 'name', type: 'string' }, ...CHANGE_OPTIONS],
    keyPosition: 1,
  };

  constructor(private readonly publishing: Publishing) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    const options = readChangeOptions(reader);
    const outcome =
      this.publishing.refusedFromTheStart(session, name, named(options)) ??
      (await this.publishing.delete(session, name, options));
    return changeReply(name, outcome);
  }
}
