import { expect } from 'chai';
import type { TextProfile } from '../../../src/dialects/text/profile.js';
import { BLOCKED, Client, MODIFIED, NOW, pieces, SUCCESS, World } from './harness.js';

const HI = 'Hi TCP Client';
const LONG = 'Hello Client, this is a long message that you will received in chunks of 20 bytes';
const NONE = '';
const UNKNOWN = 'Command not found';
const IS_BLOCKED = 'File is blocked';
const CONTENT = 'the content';

/** What a new client of each profile is answered, the file data.txt being there. */
const TABLE: Record<TextProfile, Record<string, string>> = {
  combined: {
    'Hola servidor': HI,
    TIME: NOW,
    'GET data.txt': CONTENT,
    'GET no.txt': 'File not found',
    'LOCK data.txt': SUCCESS,
    BYE: 'Bye',
    EXIT: 'Bye',
  },
  '1.1': {
    'Hola servidor': HI,
    TIME: HI,
    'GET data.txt': HI,
    'LOCK data.txt': HI,
    'PUT data.txt 1\nx': HI,
    BYE: HI,
    EXIT: 'Bye Client',
  },
  '1.2': {
    'Hola servidor': LONG,
    TIME: LONG,
    'GET data.txt': LONG,
    'LOCK data.txt': LONG,
    'PUT data.txt 1\nx': LONG,
    BYE: LONG,
    EXIT: 'Bye',
  },
  '1.3': {
    'Hola servidor': NONE,
    TIME: NOW,
    'GET data.txt': NONE,
    'LOCK data.txt': NONE,
    'PUT data.txt 1\nx': NONE,
    BYE: NONE,
    EXIT: 'Bye',
  },
  '2.1': {
    'Hola servidor': UNKNOWN,
    TIME: NOW,
    'GET data.txt': CONTENT,
    'GET no.txt': 'File not found',
    'LOCK data.txt': UNKNOWN,
    'PUT data.txt 1\nx': UNKNOWN,
    EXIT: UNKNOWN,
    BYE: 'Bye',
  },
  '2.2': {
    'Hola servidor': IS_BLOCKED,
    TIME: IS_BLOCKED,
    'GET data.txt': CONTENT,
    'GET no.txt': 'File not found',
    'LOCK data.txt': SUCCESS,
    'PUT data.txt 1\nx': IS_BLOCKED,
    EXIT: IS_BLOCKED,
    BYE: 'Bye',
  },
};

describe('Text profiles', () => {
  for (const [profile, answers] of Object.entries(TABLE) as [
    TextProfile,
    Record<string, string>,
  ][]) {
    describe(profile, () => {
      let world: World;
      const client = (): Client => new Client({ profile }, world);

      beforeEach(() => {
        world = new World();
        world.files.set('data.txt', Buffer.from(CONTENT));
      });

      for (const [request, answer] of Object.entries(answers)) {
        it(`answers ${JSON.stringify(request)} with ${JSON.stringify(answer)}`, async () => {
          const one = client();
          expect(await one.say(request)).to.equal(answer);
          expect(one.writer.closed).to.equal(answer.startsWith('Bye'));
        });

        it(`ends the answer to ${JSON.stringify(`${request}\n`)} in a line break`, async () => {
          expect(await client().say(`${request}\n`)).to.equal(answer === '' ? '' : `${answer}\n`);
          world.locks.clear();
          expect(await client().say(`${request}\r\n`)).to.equal(answer === '' ? '' : `${answer}\n`);
        });
      }

      it('answers again and again, and to messages in pieces once', async () => {
        const one = client();
        const text = 'a text of fifty-seven bytes in three pieces of twenty and.';
        const other =
          answers['Hola servidor'] === HI && profile === 'combined'
            ? UNKNOWN
            : answers['Hola servidor'];
        expect(await one.say('Hola servidor')).to.equal(answers['Hola servidor']);
        expect(await one.say(...pieces(text, 20))).to.equal(other);
        expect(await one.say(...pieces(text.slice(0, 40), 20))).to.equal(other);
        expect(one.writer.closed).to.equal(false);
      });
    });
  }

  it('2.2: text becomes the content of the locked file, else the file is blocked', async () => {
    const world = new World();
    const one = new Client({ profile: '2.2' }, world);
    const other = new Client({ profile: '2.2' }, world);
    expect(await one.say('LOCK data.txt')).to.equal(SUCCESS);
    expect(await other.say('LOCK data.txt')).to.equal(BLOCKED);
    expect(await other.say('mine')).to.equal('File is blocked');
    expect(await one.say('TIME')).to.equal(MODIFIED);
    expect(world.files.get('data.txt')?.toString()).to.equal('TIME');
    expect(await one.say('again')).to.equal('File is blocked');
    expect(await other.say('LOCK data.txt')).to.equal(SUCCESS);
    expect(await other.say('PUT data.txt 3\nabc')).to.equal(MODIFIED);
    expect(world.files.get('data.txt')?.toString()).to.equal('PUT data.txt 3\nabc');
  });

  it('2.2: does not teach a framed PUT that it does not know', async () => {
    const one = new Client({ profile: '2.2', maxTextBytes: 5 });
    await one.say('LOCK data.txt');
    expect(await one.say('123456'))
      .to.match(/^ERROR: .*MAX_TEXT_BYTES/)
      .and.not.include('PUT');
  });
});
