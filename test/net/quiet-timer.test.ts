import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { SystemClock } from '../../src/clock/system-clock.js';
import { QuietTimer } from '../../src/net/quiet-timer.js';
import { FakeClock } from '../support/fake-clock.js';

const QUIET_MS = 50;

describe('QuietTimer', () => {
  let clock: FakeClock;
  let fired: number;
  let quiet: QuietTimer;

  beforeEach(() => {
    clock = new FakeClock();
    fired = 0;
    quiet = new QuietTimer(clock, () => {
      fired += 1;
    });
  });

  it('fires once after the quiet time, and again only when it is armed again', async () => {
    quiet.arm(QUIET_MS);
    quiet.arm(QUIET_MS);
    await clock.advance(QUIET_MS - 1);
    await nextTurn();
    expect(fired).to.equal(0);
    await clock.advance(1);
    await nextTurn();
    expect(fired).to.equal(1);
    await clock.advance(QUIET_MS);
    await nextTurn();
    expect(fired).to.equal(1);
  });

  it('does not fire when something arrived, not even in the turn that is given to it', async () => {
    quiet.arm(QUIET_MS);
    // The timer fires at once; the turn that it gives to data has not begun.
    const advanced = clock.advance(QUIET_MS);
    quiet.cancel();
    await advanced;
    await nextTurn();
    expect(fired).to.equal(0);
  });

  it('lets data come first that was in the socket before a busy process looked', async () => {
    const order: string[] = [];
    const both = Promise.withResolvers<void>();
    const told = (what: string): void => {
      order.push(what);
      if (order.length === 2) both.resolve();
    };
    const accepted = Promise.withResolvers<Socket>();
    const server = createServer((socket) => accepted.resolve(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = await Promise.all([accepted.promise, once(client, 'connect')]);
    socket.on('data', () => told('data'));
    new QuietTimer(new SystemClock(), () => told('quiet')).arm(1);
    const sent = new Promise<void>((resolve) => client.write('late', () => resolve()));
    // The write leaves within this turn; then both its arrival and the end of the time are overdue.
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs);
    await Promise.all([sent, both.promise]);
    client.destroy();
    server.close();
    expect(order).to.deep.equal(['data', 'quiet']);
  });
});
