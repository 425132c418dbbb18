import { expect } from 'chai';
import type { TextProfile } from '../../src/dialects/text/profile.js';
import type { PracticeClient } from './practice-client.js';
import { DATA, PracticeServer } from './practice-server.js';

const START_TIMEOUT_MS = 30_000;
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
const TIME_BYTES = 'YYYY-MM-DD HH:MM:SS.ffffff'.length;
const LONG = 'Hello Client, this is a long message that you will received in chunks of 20 bytes';
const OF_57_BYTES = 'This message has fifty-seven bytes and comes in pieces...';
const OF_40_BYTES = 'This one has forty bytes, a full piece.!';

interface Exercise {
  readonly profile: Exclude<TextProfile, 'combined'>;
  /** What a text that is no command is answered. */
  readonly anything: string;
  readonly endWord: string;
  readonly end: string;
  readonly knowsTime: boolean;
  readonly knowsGet: boolean;
}

const EXERCISES: readonly Exercise[] = [
  {
    profile: '1.1',
    anything: 'Hi TCP Client',
    endWord: 'EXIT',
    end: 'Bye Client',
    knowsTime: false,
    knowsGet: false,
  },
  {
    profile: '1.2',
    anything: LONG,
    endWord: 'EXIT',
    end: 'Bye',
    knowsTime: false,
    knowsGet: false,
  },
  { profile: '1.3', anything: '', endWord: 'EXIT', end: 'Bye', knowsTime: true, knowsGet: false },
  {
    profile: '2.1',
    anything: 'Command not found',
    endWord: 'BYE',
    end: 'Bye',
    knowsTime: true,
    knowsGet: true,
  },
  {
    profile: '2.2',
    anything: 'File is blocked',
    endWord: 'BYE',
    end: 'Bye',
    knowsTime: false,
    knowsGet: true,
  },
];

for (const { profile, anything, endWord, end, knowsTime, knowsGet } of EXERCISES) {
  describe(`The practice course’s exercise ${profile}`, function () {
    this.timeout(START_TIMEOUT_MS);
    let server: PracticeServer;
    let one: PracticeClient;
    let other: PracticeClient;

    before(async () => {
      server = await PracticeServer.start({ TEXT_PROFILE: profile });
    });

    after(async () => {
      await server.stop();
    });

    beforeEach(async () => {
      one = await server.client();
      other = await server.client();
    });

    afterEach(() => {
      server.closeClients();
    });

    it('answers any text', async () => {
      expect(await one.ask('Hola servidor', anything)).to.equal(anything);
      expect(await one.finish()).to.equal('');
    });

    it('answers a message in pieces of 20 bytes once', async () => {
      one.sendInPieces(OF_57_BYTES);
      expect(await one.receive(anything.length)).to.equal(anything);
      expect(await one.finish()).to.equal('');
      other.sendInPieces(OF_40_BYTES);
      expect(await other.finish()).to.equal(anything);
    });

    it(`ends with ${endWord}; the others go on`, async () => {
      one.send(endWord);
      expect(await one.receiveToEnd()).to.equal(end);
      other.send('Hola servidor');
      expect(await other.finish()).to.equal(anything);
    });

    it(`ends with ${endWord} and a line break alike`, async () => {
      one.send(`${endWord}\n`);
      expect(await one.receiveToEnd()).to.equal(`${end}\n`);
    });

    it('does not end with the other exercises’ word', async () => {
      one.send(endWord === 'BYE' ? 'EXIT' : 'BYE');
      expect(await one.finish()).to.equal(anything);
    });

    it(`${knowsTime ? 'knows' : 'does not know'} TIME`, async () => {
      one.send('TIME');
      if (knowsTime) {
        expect(await one.receive(TIME_BYTES)).to.match(TIME);
        expect(await one.finish()).to.equal('');
      } else {
        expect(await one.finish()).to.equal(anything);
      }
    });

    it(`${knowsGet ? 'knows' : 'does not know'} GET`, async () => {
      one.send('GET data.txt');
      expect(await one.finish()).to.equal(knowsGet ? DATA : anything);
      other.send('GET nothing.txt');
      expect(await other.finish()).to.equal(knowsGet ? 'File not found' : anything);
    });

    it(`${profile === '2.2' ? 'knows' : 'does not know'} LOCK`, async () => {
      one.send('LOCK some.txt');
      const success = 'SUCCESS: File has been asociated with your address';
      expect(await one.finish()).to.equal(profile === '2.2' ? success : anything);
    });

    it('does not know the framed PUT', async () => {
      one.send('PUT data.txt 1\nx');
      expect(await one.finish()).to.equal(anything);
    });
  });
}

describe('The practice course’s exercise 2.2, with two clients', function () {
  this.timeout(START_TIMEOUT_MS);
  let server: PracticeServer;

  before(async () => {
    server = await PracticeServer.start({ TEXT_PROFILE: '2.2' });
  });

  after(async () => {
    await server.stop();
  });

  it('lets one change data.txt at a time', async () => {
    const one = await server.client();
    const other = await server.client();
    const success = 'SUCCESS: File has been asociated with your address';
    expect(await one.ask('LOCK data.txt', success)).to.equal(success);
    expect(await other.ask('LOCK data.txt', 'ERROR: File is blocked')).to.equal(
      'ERROR: File is blocked',
    );
    expect(await other.ask('mine', 'File is blocked')).to.equal('File is blocked');
    one.sendInPieces(OF_57_BYTES);
    expect(await one.receive('File has been modified'.length)).to.equal('File has been modified');
    expect(await one.ask('again', 'File is blocked')).to.equal('File is blocked');
    expect(await other.ask('GET data.txt', OF_57_BYTES)).to.equal(OF_57_BYTES);
    expect(await other.ask('LOCK data.txt', success)).to.equal(success);
    expect(await other.ask('TIME', 'File has been modified')).to.equal('File has been modified');
    expect(await one.ask('GET data.txt', 'TIME')).to.equal('TIME');
  });
});
