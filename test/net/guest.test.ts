import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { ConnectionObserver } from '../../src/net/connection-observer.js';
import { Guest, LOOKS_TILL_IDLE } from '../../src/net/guest.js';
import { SocketReads } from '../../src/net/socket-reads.js';
import { TrustedNetworks } from '../../src/net/trusted-networks.js';
import { RecordingLog } from '../commands/fakes.js';
import { FakeClock, settle } from '../support/fake-clock.js';

class ClosedObserver extends ConnectionObserver {
  readonly seen: string[] = [];
  override opened(): void {}
  override identified(): void {}
  override closed(dialect: string): void {
    this.seen.push(`closed ${dialect}`);
  }
  override rejected(reason: string): void {
    this.seen.push(`rejected ${reason}`);
  }
  override received(): void {}
  override sent(): void {}
}

describe('A guest', () => {
  let clock: FakeClock;
  let observer: ClosedObserver;
  let client: Socket;
  let guest: Guest;
  let gone: Promise<Guest>;

  /** Requires a PROXY header, so that it is known of no dialect. */
  beforeEach(async () => {
    clock = new FakeClock();
    observer = new ClosedObserver();
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    const [accepted] = (await once(server, 'connection')) as [Socket];
    server.close();
    const left = Promise.withResolvers<Guest>();
    gone = left.promise;
    guest = new Guest(accepted, {
      reads: new SocketReads(),
      rules: { proxyProtocol: 'v1', trusted: new TrustedNetworks(['127.0.0.1']) },
      clock,
      log: new RecordingLog(),
      observer,
      open: () => {
        throw new Error('nothing says which dialect it is');
      },
      left: (who) => left.resolve(who),
    });
  });

  afterEach(() => {
    client.destroy();
    guest.socket.destroy();
  });

  const look = (times: number): void => {
    for (let looks = 0; looks < times; looks++) guest.look();
  };

  const send = async (bytes: string): Promise<void> => {
    const before = guest.socket.bytesRead;
    client.write(bytes);
    while (guest.socket.bytesRead === before) await settle();
  };

  it('is closed once nothing moved for as many looks as an idle timeout has', async () => {
    look(LOOKS_TILL_IDLE - 1);
    expect(guest.socket.destroyed).to.equal(false);
    look(1);
    expect(guest.socket.destroyed).to.equal(true);
    expect(await gone).to.equal(guest);
    expect(observer.seen).to.deep.equal(['closed unknown']);
  });

  it('is not idle while a byte comes now and then', async () => {
    for (const bytes of 'PROXY') {
      await send(bytes);
      look(LOOKS_TILL_IDLE);
      expect(guest.socket.destroyed, bytes).to.equal(false);
    }
    look(1);
    expect(guest.socket.destroyed).to.equal(true);
  });

  it('is let go where it says no more and had said nothing', async () => {
    client.end();
    expect(await gone).to.equal(guest);
    expect(observer.seen).to.deep.equal(['closed unknown']);
  });

  it('is rejected for what it says, and leaves no timer', async () => {
    client.write('nonsense\r\n');
    expect(await gone).to.equal(guest);
    expect(observer.seen).to.deep.equal(['rejected proxy', 'closed unknown']);
    await clock.advance(1_000_000);
    expect(observer.seen).to.have.length(2);
  });
});
