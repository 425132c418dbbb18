import { expect } from 'chai';
import fc from 'fast-check';
import { PROFILES, type TextProfile } from '../../../src/dialects/text/profile.js';
import { Client, World } from './harness.js';

const MAX_TEXT_BYTES = 64;
const profile = fc.constantFrom(...(Object.keys(PROFILES) as TextProfile[]));
const name = fc.constantFrom('a', 'b', 'c d', '../x', '');
const likely = fc.oneof(
  fc.constantFrom('TIME', 'BYE', 'EXIT', 'GET ', 'LOCK ', 'PUT ', '\n', '\r\n', ' ', '5', 'x'),
  name.map((each) => `LOCK ${each}\n`),
  name.map((each) => `GET ${each}\n`),
  fc.tuple(name, fc.nat(100)).map(([each, size]) => `PUT ${each} ${size}\n`),
  fc.string({ maxLength: 100 }),
);
const bytes = fc.oneof(
  fc.array(likely, { maxLength: 5 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 100 }).map((each) => Buffer.from(each)),
);
const step = fc.oneof(
  { weight: 6, arbitrary: bytes.map((read) => ({ kind: 'read' as const, read })) },
  { weight: 2, arbitrary: fc.constant({ kind: 'quiet' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function take(client: Client, each: Step): Promise<void> {
  if (each.kind === 'read') await client.send(each.read);
  else if (each.kind === 'quiet') client.dialect.quiet();
  else if (client.dialect.uploading === undefined) await client.settle();
}

describe('The text dialect, whatever comes', () => {
  it('never throws, and holds nothing once all is decoded', async () => {
    await fc.assert(
      fc.asyncProperty(profile, fc.array(step, { maxLength: 30 }), async (chosen, steps) => {
        const client = new Client({ profile: chosen, maxTextBytes: MAX_TEXT_BYTES }, new World());
        for (const each of steps) await take(client, each);
        await client.end();
        await client.settle();
        for (const { name: command, args, upload } of client.commands) {
          const isText = command === 'PUT' && upload === undefined;
          if (isText) expect(args[1]?.length).to.be.at.most(100);
        }
        if (client.writer.closed) return;
        expect(client.dialect.quietMs).to.equal(0);
        expect(client.dialect.bufferedBytes).to.equal(0);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a text for the content byte for byte, in any reads', async () => {
    const text = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 40 })), async (content, sizes) => {
        // What begins with a space is no command.
        const sent = Buffer.concat([Buffer.from(' '), content]);
        const world = new World();
        const client = new Client({}, world);
        await client.send('LOCK a');
        let at = 0;
        for (const size of [...sizes, sent.length]) {
          if (at < sent.length) await client.send(sent.subarray(at, at + size));
          at += size;
        }
        expect(await client.quiet()).to.equal('File has been modified');
        expect(world.files.get('a')).to.deep.equal(sent);
      }),
      { numRuns: 200 },
    );
  });
});
