import { injectable } from 'inversify';
import type { FileName } from '../../files/file-name.js';
import {
  type ChangeOutcome,
  type Incoming,
  type NamedOptions,
  Publishing,
  type PutOptions,
} from '../../sessions/publishing.js';
import type { Session } from '../../sessions/session.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import type { Upload } from '../upload.js';
import { CHANGE_OPTIONS, changeReply, named, readChangeOptions } from './change-reply.js';

/** `PUT`: a new version of a file, under its lock or in place of a named version. */
@injectable()
export class PutCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'PUT',
    arity: -3,
    group: 'file',
    summary: 'Publishes a new version of a locked file and ends the lock unless KEEP.',
    since: '0.1.0',
    complexity: 'O(n) in the bytes sent',
    flags: ['write'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'content', type: 'string' },
      ...CHANGE_OPTIONS,
      { name: 'sha256', type: 'string', token: 'SHA256', optional: true },
    ],
    keyPosition: 1,
    contentIndex: 1,
  };

  constructor(private readonly publishing: Publishing) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const { upload } = command;
    return upload === undefined
      ? await this.#putWhole(command, session)
      : await this.#putStreamed(command, upload, session);
  }

  async #putWhole(command: Command, session: Session): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    const content = reader.bytes();
    const options = readPutOptions(reader);
    return changeReply(
      name,
      await this.#put(session, name, named(options), {
        chunks: one(content),
        options: () => Promise.resolve(options),
      }),
    );
  }

  /** A refused content is still read to its end, so that the stream stays in step. */
  async #putStreamed(command: Command, upload: Upload, session: Session): Promise<Reply> {
    try {
      const name = new ArgumentReader(command.args, this.spec).fileName();
      const mayFollow = { version: upload.hasTail, requestId: upload.hasTail };
      const outcome = await this.#put(session, name, mayFollow, {
        chunks: upload.chunks(),
        options: async () => readPutOptions(new ArgumentReader(await upload.tail(), this.spec)),
      });
      return changeReply(name, outcome);
    } finally {
      upload.discard();
      await upload.tail();
    }
  }

  async #put(
    session: Session,
    name: FileName,
    options: NamedOptions,
    incoming: Incoming,
  ): Promise<ChangeOutcome> {
    return (
      this.publishing.refusedFromTheStart(session, name, options) ??
      (await this.publishing.put(session, name, incoming))
    );
  }
}

function readPutOptions(reader: ArgumentReader): PutOptions {
  let sha256: string | undefined;
  const options = readChangeOptions(reader, {
    SHA256: () => {
      sha256 = reader.sha256();
    },
  });
  return sha256 === undefined ? options : { ...options, sha256 };
}

async function* one(content: Buffer): AsyncGenerator<Buffer> {
  if (content.length > 0) yield content;
}
