import { expect } from 'chai';
import type { PracticeClient } from './practice-client.js';
import { DATA, PracticeServer } from './practice-server.js';

const START_TIMEOUT_MS = 30_000;
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
const TIME_BYTES = 'YYYY-MM-DD HH:MM:SS.ffffff'.length;
const QUERIES = 2_000;
const SUCCESS = 'SUCCESS: File has been asociated with your address';
const DENIED = 'ERROR: File is blocked';
const MODIFIED = 'File has been modified';
const HI = 'Hi TCP Client';
const UNKNOWN = 'Command not found';
const NOT_FOUND = 'File not found';
const OF_57_BYTES = 'This message has fifty-seven bytes and comes in pieces...';
const OF_40_BYTES = 'This one has forty bytes, a full piece.!';

describe('The practice course’s clients', function () {
  this.timeout(START_TIMEOUT_MS);
  let server: PracticeServer;
  let one: PracticeClient;
  let other: PracticeClient;

  before(async () => {
    server = await PracticeServer.start({});
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

  it('are greeted', async () => {
    expect(await one.ask('Hola servidor', HI)).to.equal(HI);
    expect(await one.ask('Hola servidor', UNKNOWN)).to.equal(UNKNOWN);
    expect(await other.ask('Hola servidor\n', `${HI}\n`)).to.equal(`${HI}\n`);
    expect(await one.finish()).to.equal('');
  });

  it('send messages of 57 and 40 bytes in pieces of 20, and get one answer to each', async () => {
    expect([OF_57_BYTES.length, OF_40_BYTES.length]).to.deep.equal([57, 40]);
    one.sendInPieces(OF_57_BYTES);
    expect(await one.receive(HI.length)).to.equal(HI);
    one.sendInPieces(OF_40_BYTES);
    expect(await one.receive(UNKNOWN.length)).to.equal(UNKNOWN);
    expect(await one.finish()).to.equal('');
  });

  it(`ask for the time ${QUERIES} times`, async () => {
    for (let query = 0; query < QUERIES; query++) {
      one.send('TIME');
      expect(await one.receive(TIME_BYTES)).to.match(TIME);
    }
    one.send('TIME\n');
    expect(await one.receive(TIME_BYTES + 1)).to.match(/\d\n$/);
    expect(await one.finish()).to.equal('');
  });

  it('get the local time', async () => {
    one.send('TIME');
    const told = Temporal.PlainDateTime.from((await one.receive(TIME_BYTES)).replace(' ', 'T'));
    const apart = Temporal.Now.plainDateTimeISO().since(told).abs();
    expect(Temporal.Duration.compare(apart, { seconds: 10 })).to.equal(-1);
  });

  it('get data.txt, unframed, and are told what is not there', async () => {
    expect(await one.ask('GET data.txt', DATA)).to.equal(DATA);
    expect(await one.ask('GET data.txt\n', `${DATA}\n`)).to.equal(`${DATA}\n`);
    expect(await one.ask('GET nothing.txt', NOT_FOUND)).to.equal(NOT_FOUND);
    expect(await one.ask('GET ../data.txt\r\n', `${NOT_FOUND}\n`)).to.equal(`${NOT_FOUND}\n`);
    expect(await one.finish()).to.equal('');
  });

  it('lock, change and release; the second waits its turn', async () => {
    expect(await one.ask('LOCK turns.txt', SUCCESS)).to.equal(SUCCESS);
    expect(await other.ask('LOCK turns.txt', DENIED)).to.equal(DENIED);
    expect(await other.ask('from the other', 'File is blocked')).to.equal('File is blocked');
    expect(await one.ask('LOCK turns.txt', SUCCESS)).to.equal(SUCCESS);
    expect(await one.ask('from one', MODIFIED)).to.equal(MODIFIED);
    expect(await other.ask('GET turns.txt', 'from one')).to.equal('from one');
    expect(await other.ask('LOCK turns.txt', SUCCESS)).to.equal(SUCCESS);
    expect(await other.ask('from the other\nTIME\n', MODIFIED)).to.equal(MODIFIED);
    const changed = 'from the other\nTIME\n';
    expect(await one.ask('GET turns.txt\n', changed)).to.equal(changed);
    expect(await one.finish()).to.equal('');
    expect(await other.finish()).to.equal('');
  });

  it('change data.txt, that was there before', async () => {
    expect(await one.ask('LOCK data.txt\n', `${SUCCESS}\n`)).to.equal(`${SUCCESS}\n`);
    one.sendInPieces(OF_57_BYTES);
    expect(await one.receive(MODIFIED.length)).to.equal(MODIFIED);
    expect(await other.ask('GET data.txt', OF_57_BYTES)).to.equal(OF_57_BYTES);
    expect(await one.ask('LOCK data.txt', SUCCESS)).to.equal(SUCCESS);
    expect(await one.ask(DATA, MODIFIED)).to.equal(MODIFIED);
  });

  it('lose their lock with their connection', async () => {
    expect(await one.ask('LOCK left.txt', SUCCESS)).to.equal(SUCCESS);
    one.close();
    let answer = DENIED;
    // The release follows the end of the connection; it is not part of it.
    while (answer === DENIED) answer = await other.ask('LOCK left.txt', DENIED);
    expect(answer + (await other.receive(SUCCESS.length - answer.length))).to.equal(SUCCESS);
  });

  it('store 60 kB of unframed text', async () => {
    const text = 'all of it, in one write; '.repeat(2_400);
    expect(await one.ask('LOCK large.txt', SUCCESS)).to.equal(SUCCESS);
    expect(await one.ask(text, MODIFIED)).to.equal(MODIFIED);
    expect(text.length).to.equal(60_000);
    expect(await other.ask('GET large.txt', text)).to.equal(text);
    expect(await one.finish()).to.equal('');
  });

  it('store any bytes with a framed PUT, however they arrive', async () => {
    const content = Buffer.alloc(300_000, 'TIME\nBYE\n\0\r\n');
    expect(await one.ask('LOCK framed.bin\n', `${SUCCESS}\n`)).to.equal(`${SUCCESS}\n`);
    one.send(`PUT framed.bin ${content.length}\n`);
    for (let at = 0; at < content.length; at += 30_000) one.send(content.subarray(at, at + 30_000));
    expect(await one.receive(MODIFIED.length)).to.equal(MODIFIED);
    expect(await other.ask('GET framed.bin', content.toString())).to.equal(content.toString());
    expect(await one.ask('PUT framed.bin 5\nTIME\n', 'ERROR: ')).to.equal('ERROR: ');
  });

  it('may half-close behind their text instead of waiting', async () => {
    one.send('LOCK half.txt\nthe content');
    expect(await one.finish()).to.equal(`${SUCCESS}\n${MODIFIED}`);
    expect(await other.ask('GET half.txt', 'the content')).to.equal('the content');
  });

  for (const word of ['BYE', 'EXIT']) {
    it(`end with ${word}; the others go on`, async () => {
      one.send(word);
      expect(await one.receiveToEnd()).to.equal('Bye');
      other.send('TIME');
      expect(await other.receive(TIME_BYTES)).to.match(TIME);
      other.send(`${word}\r\n`);
      expect(await other.receiveToEnd()).to.equal('Bye\n');
    });
  }
});

describe('A client that may end the server', function () {
  this.timeout(START_TIMEOUT_MS);
  let server: PracticeServer;

  before(async () => {
    server = await PracticeServer.start({ ALLOW_REMOTE_SHUTDOWN: 'true' });
  });

  after(async () => {
    await server.stop();
  });

  it('does so with BYE', async () => {
    const client = await server.client();
    client.send('BYE');
    expect(await client.receiveToEnd()).to.equal('Bye');
    client.close();
    expect(await server.exited).to.equal(0);
  });
});
