import { expect } from 'chai';
import { bulk } from '../../src/commands/reply.js';
import { UNREAD_PUSH_BYTES } from '../../src/net/limits.js';
import { settle } from '../support/fake-clock.js';
import { request } from '../support/raw-client.js';
import { fileName, wish } from '../support/session-fixture.js';
import { ConnectionRig } from './connection-rig.js';

const CONTENT = 'y'.repeat(1_000_000);

/** More than a socket takes that nobody reads. */
const CONTENTS = 30;

const CONTENT_REPLY = `$${CONTENT.length}\r\n${CONTENT}\r\n`;

/** Large, so that a client that does not read is soon behind. */
const FILLING = 'x'.repeat(60_000);

describe('What a client gets without having asked', () => {
  let rig: ConnectionRig;

  beforeEach(async () => {
    rig = await ConnectionRig.open();
  });

  afterEach(() => rig[Symbol.asyncDispose]());

  const resp3 = async (): Promise<void> => {
    await rig.send(request('HELLO', '3'));
    await rig.readUntil('*0\r\n');
  };

  const push = (text: string): void => rig.connection.push([bulk('test'), bulk(text)]);

  const pushed = (text: string): string => `>2\r\n$4\r\ntest\r\n$${text.length}\r\n${text}\r\n`;

  const subscribe = async (): Promise<void> => {
    await rig.send(request('PSUBSCRIBE', '*'));
    await rig.readUntil(':1\r\n');
  };

  const publish = (message: string): void =>
    rig.fixture.events.publish({ topic: 'file:a', message });

  const told = (message: string, marker = '*'): string =>
    `${marker}4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$6\r\nfile:a\r\n$${message.length}\r\n${message}\r\n`;

  /** Asks for contents and does not read; one of them is under way then. */
  const beginContents = async (): Promise<void> => {
    const { fixture } = rig;
    const session = fixture.session();
    await fixture.locking.lock(session, fileName('big'), wish());
    await fixture.put(session, fileName('big'), CONTENT);
    await rig.send(request('GET', 'big').repeat(CONTENTS));
    await rig.stuck();
  };

  /** Sends what the client does not read until the socket takes no more. */
  const fallBehind = async (): Promise<number> => {
    let count = 0;
    while (!rig.socket.writableNeedDrain) {
      publish(FILLING);
      count += 1;
      await settle();
    }
    return count;
  };

  const overflow = async (): Promise<number> => {
    let count = 0;
    while (rig.subscriptions.subscriptions > 0) {
      for (let each = 0; each < 10; each++) publish(FILLING);
      count += 10;
      await settle();
    }
    return count;
  };

  it('comes at once, in order, to RESP3 connections', async () => {
    await resp3();
    push('one');
    push('two');
    expect(await rig.readUntil(pushed('two'))).to.equal(pushed('one') + pushed('two'));
  });

  it('does not come to RESP2 connections, unless they are subscribed', async () => {
    push('one');
    await subscribe();
    push('two');
    publish('{}');
    await rig.send(request('UNSUBSCRIBE'));
    expect(await rig.readUntil('$-1\r\n:1\r\n')).to.equal(
      `${told('{}')}*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:1\r\n`,
    );
  });

  it('comes while a command waits, and before its reply', async () => {
    await resp3();
    await rig.send(request('HOLD'));
    await rig.hold.begun.promise;
    push('meanwhile');
    expect(await rig.readUntil(pushed('meanwhile'))).to.equal(pushed('meanwhile'));
    push('last');
    rig.hold.release();
    expect(await rig.readUntil('+OK\r\n')).to.equal(`${pushed('last')}+OK\r\n`);
  });

  it('comes behind a content that is under way, and before the next reply', async () => {
    await resp3();
    await beginContents();
    push('one');
    push('two');
    rig.client.write(request('ECHO', 'end'));
    const received = await rig.readUntil('end\r\n');
    const around = received.split(CONTENT_REPLY);
    expect(around).to.have.length(CONTENTS + 1);
    expect(around.join('')).to.equal(`${pushed('one')}${pushed('two')}$3\r\nend\r\n`);
    expect(around.at(-1)).to.equal('$3\r\nend\r\n');
  });

  it('is not overtaken by a reply while the client is behind', async () => {
    await resp3();
    await subscribe();
    await rig.send(request('HOLD'));
    await rig.hold.begun.promise;
    const count = await fallBehind();
    push('waits');
    rig.hold.release();
    const received = await rig.readUntil('+OK\r\n');
    const messages = told(FILLING, '>').repeat(count);
    expect(received === `${messages}${pushed('waits')}+OK\r\n`).to.equal(true);
  });

  it('comes later to who was behind for a while, all of it and in order', async () => {
    await subscribe();
    const count = await fallBehind();
    for (const message of ['one', 'two', 'last']) publish(message);
    const received = await rig.readUntil(told('last'));
    const late = told('one') + told('two') + told('last');
    expect(received === told(FILLING).repeat(count) + late).to.equal(true);
  });

  it('does not come any more once the connection ends', async () => {
    await resp3();
    await rig.send(request('QUIT'));
    push('late');
    expect((await rig.readToTheEnd()).toString()).to.equal('+OK\r\n');
  });

  describe('when it does not read that', () => {
    const LAST_WORD = /^-BUSY a slow subscriber: .*; read faster, or subscribe to less\r\n$/;

    const split = (received: string, message: string): { count: number; rest: string } => {
      let at = 0;
      let count = 0;
      for (; received.startsWith(message, at); at += message.length) count += 1;
      return { count, rest: received.slice(at) };
    };

    const lastLine = (received: string): string =>
      received.slice(received.lastIndexOf('\r\n', received.length - 3) + 2);

    const readAll = async (): Promise<string> => {
      let received = '';
      rig.client.on('data', (bytes: Buffer) => {
        received += bytes.toString('latin1');
      });
      await rig.readToTheEnd();
      return received;
    };

    it('is cut off with a word at the end of what was meant for it', async () => {
      await subscribe();
      const published = await overflow();
      expect(rig.subscriptions.closed).to.equal(1);
      expect(rig.fixture.log.lines.map(({ event }) => event)).to.include(
        'connection.slow-subscriber',
      );
      const { count, rest } = split(await readAll(), told(FILLING));
      expect(rest).to.match(LAST_WORD);
      expect(count).to.be.within(UNREAD_PUSH_BYTES / FILLING.length, published);
    });

    it('costs no more memory than the limit, however much happens', async () => {
      await subscribe();
      await fallBehind();
      await overflow();
      const most = rig.socket.writableLength;
      expect(most).to.be.below(UNREAD_PUSH_BYTES + 10 * FILLING.length);
      for (let each = 0; each < 100; each++) publish(FILLING);
      await settle();
      expect(rig.socket.writableLength).to.equal(most);
      expect(rig.connection.subscriptions.count).to.equal(0);
    });

    it('is counted by what many small messages cost, too', async () => {
      await subscribe();
      await fallBehind();
      const before = rig.subscriptions.messages;
      while (rig.subscriptions.closed === 0) {
        publish('{}');
        await settle();
      }
      expect(rig.subscriptions.messages - before).to.be.below(UNREAD_PUSH_BYTES / 100);
    });

    it('still gets a content that was under way whole', async () => {
      await resp3();
      await subscribe();
      await beginContents();
      const published = await overflow();
      const received = await readAll();
      const end = received.lastIndexOf(CONTENT_REPLY) + CONTENT_REPLY.length;
      const contents = received.split(CONTENT_REPLY).length - 1;
      expect(contents).to.be.within(1, CONTENTS - 1);
      const { count, rest } = split(received.slice(end), told(FILLING, '>'));
      expect(rest).to.match(LAST_WORD);
      expect(count).to.be.within(UNREAD_PUSH_BYTES / FILLING.length, published);
    });

    it('gives up what it waits for and what it holds at once', async () => {
      await resp3();
      await subscribe();
      const { fixture, connection } = rig;
      await fixture.locking.lock(connection.session, fileName('held'), wish());
      await rig.send(request('HOLD'));
      await rig.hold.begun.promise;
      await overflow();
      expect(rig.hold.interrupted).to.equal('left');
      while ((await fixture.table.inspect('held')).holders.length > 0) await settle();
      expect(rig.socket.destroyed).to.equal(false);
      const received = await readAll();
      expect(lastLine(received)).to.match(LAST_WORD);
    });

    it('has nothing executed any more that it still asked for', async () => {
      await resp3();
      await subscribe();
      await rig.send(request('HOLD') + request('ECHO', 'never'));
      await rig.hold.begun.promise;
      await overflow();
      const received = await readAll();
      expect(received).to.not.contain('never');
      expect(lastLine(received)).to.match(LAST_WORD);
    });
  });
});
