import { expect } from 'chai';
import { type Field, map } from '../support/session-script.js';
import { withSession } from './support.js';

const HELD: Readonly<Record<string, Field>> = {
  name: 'a',
  mode: 'exclusive',
  token: 7,
  session: 's',
  holder: 'ada',
  address: '10.0.0.1:5',
  since: 1_700_000_000_000,
  remaining: 900,
  waiting: 1,
};
const WAITER = { session: 't', mode: 'shared', holder: 'bob', address: '10.0.0.2:5' };

describe('client: looking after locks', () => {
  it('asks for the locks of a pattern, of its own, or left behind', async () => {
    await withSession({ LOCKS: () => '*0\r\n' }, async ({ client, server }) => {
      await client.locks();
      await client.locks('a*');
      await client.locks({ pattern: 'a*', mine: true, stale: true });
      await client.locks({ stale: true });
      expect(server.requests).to.deep.equal([
        'LOCKS',
        'LOCKS a*',
        'LOCKS a* MINE STALE',
        'LOCKS STALE',
      ]);
    });
  });

  it('tells note, age and who waits', async () => {
    const LOCKS = (): string =>
      `*1\r\n${map({ ...HELD, note: 'nightly', age: 5000, queue: [map(WAITER)] })}`;
    await withSession({ LOCKS }, async ({ client }) => {
      const [lock] = await client.locks();
      expect(lock).to.deep.include({ name: 'a', note: 'nightly', ageMs: 5_000, queue: [WAITER] });
    });
  });

  it('does without what an older server does not tell', async () => {
    await withSession({ LOCKS: () => `*1\r\n${map(HELD)}` }, async ({ client }) => {
      const [lock] = await client.locks();
      expect(lock).to.deep.include({ note: '', queue: [] });
      expect(lock?.ageMs).to.be.above(1_000_000);
    });
  });

  it('breaks a lock, with a reason or without', async () => {
    await withSession({ BREAK: () => ':2\r\n' }, async ({ client, server }) => {
      expect(await client.breakLock('a', 'its host is gone')).to.equal(2);
      await client.breakLock('a');
      expect(server.requests).to.deep.equal(['BREAK a REASON its host is gone', 'BREAK a']);
    });
  });

  it('deletes what is not there as null', async () => {
    await withSession({ DELETE: () => '_\r\n' }, async ({ client }) => {
      expect(await client.delete('a', { version: 0 })).to.equal(null);
    });
  });
});
