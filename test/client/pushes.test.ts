import { once } from 'node:events';
import { expect } from 'chai';
import type { Queued, WaitedFor } from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { grant, push } from '../support/session-script.js';
import { withSession } from './support.js';

describe('client: pushes', () => {
  it('make a lock lost at once, with what the server says', async () => {
    await withSession({}, async ({ client, server }) => {
      const [a, b] = [await client.lock('a'), await client.lock('b')];
      const { socket } = await server.request('LOCK');
      const lost = once(client, 'lost');
      socket.write(push('lock', 'lost', 'a', 'broken by bob: forgotten'));
      expect(await lost).to.deep.equal([a]);
      expect(a.signal.reason).to.include({ code: 'LOCKLOST' });
      expect(a.signal.reason.message).to.match(/broken by bob: forgotten/);
      expect((await rejection(a.put('x'))).code).to.equal('LOCKLOST');
      expect(b.held).to.equal(true);
      expect(server.requests).to.deep.equal(['LOCK a', 'LOCK b']);
    });
  });

  it('reach a lock that was granted in the very same read', async () => {
    const LOCK = (): string => grant() + push('lock', 'lost', 'a', 'broken');
    await withSession({ LOCK }, async ({ client }) => {
      const lock = await client.lock('a');
      expect(lock.signal.aborted).to.equal(true);
    });
  });

  it('tell a lock that somebody waits for it', async () => {
    await withSession({}, async ({ client, server }) => {
      const lock = await client.lock('a');
      const { socket } = await server.request('LOCK');
      const waited = once(lock, 'waitedFor') as Promise<[WaitedFor]>;
      socket.write(push('lock', 'waited-for', 'other', 9) + push('lock', 'waited-for', 'a', 2));
      expect(await waited).to.deep.equal([{ name: 'a', waiting: 2 }]);
    });
  });

  it('tell who waits where it stands, and again after a lost connection', async () => {
    let asked = 0;
    const LOCK = (): string => {
      asked += 1;
      return push('lock', 'queued', 'a', 3 - asked, 'ada', 'nightly') + (asked > 1 ? grant() : '');
    };
    await withSession({ LOCK }, async ({ client, server }) => {
      const places: Queued[] = [];
      const queued = Promise.withResolvers<void>();
      const locked = client.lock('a', {
        waitMs: 60_000,
        onQueued: (place) => {
          places.push(place);
          queued.resolve();
        },
      });
      await queued.promise;
      server.cut();
      await locked;
      const place = { name: 'a', holder: 'ada', note: 'nightly' };
      expect(places).to.deep.equal([
        { ...place, position: 2 },
        { ...place, position: 1 },
      ]);
    });
  });

  it('of a kind that this client does not know are let pass', async () => {
    const PING = (): string =>
      `${push('invalidate', 'x')}${push('lock', 'newer', 'a', 1)}>0\r\n+PONG\r\n`;
    await withSession({ PING }, async ({ client, server }) => {
      await client.lock('a');
      await client.ping();
      expect(server.connections).to.equal(1);
    });
  });
});
