import fc from 'fast-check';
import { MAX_ARGUMENT_BYTES } from '../../../src/dialects/resp/limits.js';
import { cut, request } from './harness.js';

const binary = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));

/** A content; some are just about as long as what is still collected. */
const content = fc.oneof(
  { weight: 6, arbitrary: binary(40) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: MAX_ARGUMENT_BYTES - 2, max: MAX_ARGUMENT_BYTES + 2 }), fc.nat(255))
      .map(([bytes, seed]) => Buffer.alloc(bytes, `${seed}\r\n`)),
  },
);

const name = fc.oneof(
  fc.constantFrom('GET', 'put', 'Store', 'PING', ''),
  fc.string({ maxLength: 40 }),
);

const plain = fc
  .tuple(name, fc.array(binary(300), { maxLength: 6 }))
  .map(([command, args]) => [Buffer.from(command), ...args]);

const put = fc
  .tuple(binary(10), content, fc.array(binary(10), { maxLength: 3 }))
  .map(([file, bytes, tail]) => [Buffer.from('PUT'), file, bytes, ...tail]);

/** A command as its strings. */
export const command: fc.Arbitrary<Buffer[]> = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 1, arbitrary: put },
);

export const commands = fc.array(command, { maxLength: 8 });

/** Where to cut a stream: fractions of its length, so that they fit any stream and shrink well. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
  maxLength: 12,
});

export function cutAt(stream: Buffer, fractions: readonly number[]): Buffer[] {
  return cut(
    stream,
    fractions.map((fraction) => Math.floor(fraction * stream.length)),
  );
}

export const streamOf = (list: readonly Buffer[][]): Buffer =>
  Buffer.concat(list.map((strings) => request(...strings)));

/** What a grammar is made of, put together by chance. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '$',
        '\r\n',
        '\r',
        '\n',
        '-',
        '0',
        '*0\r\n',
        '*-1\r\n',
        '*1\r\n',
        '*3\r\n',
      ),
      fc.constantFrom('$4\r\nPING\r\n', '$3\r\nPUT\r\n', '$1\r\na\r\n', '$65536\r\n', '$65537\r\n'),
      fc.integer().map(String),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((tokens) => Buffer.from(tokens.join('')));

/** A sound stream in which a few bytes were changed, lost or added. */
const damaged = fc
  .tuple(
    commands.map(streamOf),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        lose: fc.nat(2),
        add: fc.oneof(binary(2), fc.constantFrom('\r\n', '*', '$', '9', '-').map(Buffer.from)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([stream, damages]) =>
    damages.reduce((before, { at, lose, add }) => {
      const start = Math.floor(at * before.length);
      return Buffer.concat([before.subarray(0, start), add, before.subarray(start + lose)]);
    }, stream),
  );

/** Anything a client might send that is not one. */
export const hostile: fc.Arbitrary<Buffer> = fc.oneof(binary(200), soup, damaged);
