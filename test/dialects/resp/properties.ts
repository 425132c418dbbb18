import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_ARGUMENT_BYTES, MAX_COMMAND_BYTES } from '../../../src/dialects/resp/limits.js';
import type { RespDialect } from '../../../src/dialects/resp/resp-dialect.js';
import { commands, cutAt, cuts, hostile, streamOf } from './arbitraries.js';
import { decode, latin1, OPTIONS, type Seen } from './harness.js';

/** What decoding must give for commands that keep to the grammar; a model without any state. */
function expected([name = Buffer.alloc(0), ...args]: Buffer[]): Seen {
  const command = name.toString().replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const index = OPTIONS.contentIndexOf(command) ?? args.length;
  const content = args[index];
  if (content === undefined || content.length <= MAX_ARGUMENT_BYTES) {
    return { command, args: args.map(latin1) };
  }
  const tail = args.slice(index + 1).map(latin1);
  return {
    command,
    args: args.slice(0, index).map(latin1),
    upload: { size: content.length, hasTail: tail.length > 0, content: latin1(content), tail },
  };
}

/** Nothing waits behind an incomplete command, and that one is bounded. */
function expectBounded(dialect: RespDialect): void {
  expect(dialect.bufferedBytes).to.be.at.most(MAX_COMMAND_BYTES);
}

export const PROPERTIES: Readonly<Record<string, fc.IAsyncProperty<unknown>>> = {
  'what was encoded is decoded, however it was cut': fc.asyncProperty(
    commands,
    cuts,
    async (list, fractions) => {
      const seen = await decode(cutAt(streamOf(list), fractions), OPTIONS, expectBounded);
      expect(seen).to.deep.equal(list.map(expected));
    },
  ),
  'hostile bytes give the same however they were cut: commands, then at most one answer':
    fc.asyncProperty(hostile, cuts, async (stream, fractions) => {
      const seen = await decode(cutAt(stream, fractions), OPTIONS, expectBounded);
      expect(await decode([stream], OPTIONS, expectBounded)).to.deep.equal(seen);
      const answers = seen.filter((it) => 'answer' in it);
      expect(answers.length).to.be.at.most(1);
      for (const answer of answers) {
        expect(answer).to.equal(seen.at(-1));
        expect(answer.answer).to.match(/^-(ERR Protocol error: |TOOBIG )[^\r\n]+\r\n$/);
        expect(answer.close).to.equal(true);
      }
    }),
};
