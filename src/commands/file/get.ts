import { injectable } from 'inversify';
import { giveBack } from '../../files/chunk-memory.js';
import type { FileName } from '../../files/file-name.js';
import { FileStore, type OpenFile } from '../../files/file-store.js';
import { ReadCheck } from '../../files/read-check.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { type Content, NULL, type Reply, WholeContent } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `GET`: a file's current content, an older version of it, or a part. */
@injectable()
export class GetCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'GET',
    arity: -2,
    group: 'file',
    summary: 'Returns the content of a file, or null where there is none.',
    since: '0.1.0',
    complexity: 'O(n) in the bytes returned',
    flags: ['readonly'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'integer', token: 'VERSION', optional: true },
      {
        name: 'range',
        type: 'block',
        token: 'RANGE',
        optional: true,
        arguments: [
          { name: 'offset', type: 'integer' },
          { name: 'length', type: 'integer' },
        ],
      },
    ],
    keyPosition: 1,
  };

  constructor(
    private readonly files: FileStore,
    private readonly readCheck: ReadCheck,
  ) {
    super();
  }

  override execute(command: Command): Reply | Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    return (reader.done ? this.#atHand(name) : undefined) ?? this.#opened(name, reader);
  }

  #atHand(name: FileName): Reply | undefined {
    const file = this.files.atHand(name);
    if (file?.whole === undefined) return undefined;
    this.readCheck.checkWhole(name, file.record, file.whole);
    return { kind: 'content', content: new WholeContent(file.whole) };
  }

  async #opened(name: FileName, reader: ArgumentReader): Promise<Reply> {
    let version: number | undefined;
    let offset = 0;
    let length = Number.MAX_SAFE_INTEGER;
    reader.options({
      VERSION: () => {
        version = reader.version();
      },
      RANGE: () => {
        offset = reader.integer('the offset in bytes', 0, Number.MAX_SAFE_INTEGER);
        length = reader.integer('the length in bytes', 0, Number.MAX_SAFE_INTEGER);
      },
    });
    const file = await this.files.openFile(name, version);
    if (file === undefined) return NULL;
    try {
      await this.readCheck.check(name, file);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
    return { kind: 'content', content: part(file, offset, length) };
  }
}

function part(file: OpenFile, offset: number, length: number): Content {
  const size = Math.max(0, Math.min(length, file.record.size - offset));
  if (file.whole !== undefined) return new WholeContent(file.whole.subarray(offset, offset + size));
  return {
    size,
    chunks: () => file.read(offset, size),
    giveBack,
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
