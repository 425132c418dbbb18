import { expect } from 'chai';
import type { Attachment, Ticket } from '../../src/sessions/kept-sessions.js';
import type { Session } from '../../src/sessions/session.js';
import { fileName, GRACE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

/** A connection that notes that it was ended. */
class FakeConnection implements Attachment {
  readonly #gone = new AbortController();
  /** Settles when what it had under way is over. */
  work: Promise<unknown> = Promise.resolve();

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  async end(): Promise<void> {
    this.#gone.abort();
    await this.work;
  }
}

describe('KeptSessions', () => {
  let replica: SessionFixture;
  let session: Session;
  let connection: FakeConnection;

  beforeEach(async () => {
    replica = new SessionFixture();
    session = replica.session();
    connection = new FakeConnection();
    await replica.locking.lock(session, NAME, wish());
  });

  const held = async (): Promise<boolean> => (await replica.table.inspect(NAME)).holders.length > 0;

  function ticket(): Ticket {
    const given = replica.kept.keep(session, connection);
    if (given === undefined) throw new Error('not kept');
    return given;
  }

  it('release at once what a session held that nobody asked to keep', async () => {
    await replica.kept.detach(session, connection);
    expect(await held()).to.equal(false);
  });

  it('keep a lost session’s locks for the grace time, and no longer', async () => {
    expect(ticket().graceMs).to.equal(GRACE_MS);
    await replica.kept.detach(session, connection);
    await replica.clock.advance(GRACE_MS - 1);
    expect(await held()).to.equal(true);
    await replica.clock.advance(1);
    expect(await held()).to.equal(false);
  });

  it('hand a lost session to who knows its secret, with its locks, for good', async () => {
    const { id, secret } = ticket();
    await replica.kept.detach(session, connection);
    const next = new FakeConnection();
    expect(await replica.kept.resume(id, secret, next, replica.session())).to.equal(session);
    await replica.clock.advance(GRACE_MS * 2);
    expect(await held()).to.equal(true);
    expect(await replica.put(session, NAME, 'mine')).to.include({ version: 1 });
  });

  it('end the former connection first, whose end then changes nothing', async () => {
    const { id, secret } = ticket();
    const next = new FakeConnection();
    expect(await replica.kept.resume(id, secret, next, replica.session())).to.equal(session);
    expect(connection.ended).to.equal(true);
    await replica.kept.detach(session, connection);
    await replica.clock.advance(GRACE_MS * 2);
    expect(await held()).to.equal(true);
  });

  it('give a session to the last of two who resume it at once', async () => {
    const { id, secret } = ticket();
    const [one, other] = [new FakeConnection(), new FakeConnection()];
    const resumed = await Promise.all([
      replica.kept.resume(id, secret, one, replica.session()),
      replica.kept.resume(id, secret, other, replica.session()),
    ]);
    expect(resumed).to.deep.equal([undefined, session]);
    expect(one.ended).to.equal(true);
  });

  it('come free again where two connections resume each other’s session', async () => {
    const other = replica.session();
    const otherConnection = new FakeConnection();
    const mine = ticket();
    const theirs = replica.kept.keep(other, otherConnection);
    connection.work = replica.kept.resume(
      theirs?.id ?? '',
      theirs?.secret ?? '',
      connection,
      replica.session(),
    );
    otherConnection.work = replica.kept.resume(
      mine.id,
      mine.secret,
      otherConnection,
      replica.session(),
    );
    expect(await connection.work).to.equal(undefined);
    expect(await otherConnection.work).to.equal(undefined);
    expect(await held()).to.equal(true);
    await replica.clock.advance(GRACE_MS);
    expect(await held()).to.equal(false);
  });

  it('forget the session that a connection leaves for another one', async () => {
    const { id, secret } = ticket();
    await replica.kept.detach(session, connection);
    const own = replica.session();
    const next = new FakeConnection();
    const left = replica.kept.keep(own, next);
    expect(await replica.kept.resume(id, secret, next, own)).to.equal(session);
    const later = new FakeConnection();
    const nobody = replica.session();
    expect(await replica.kept.resume(left?.id ?? '', left?.secret ?? '', later, nobody)).to.equal(
      undefined,
    );
    expect(await held()).to.equal(true);
  });

  it('refuse a wrong secret and an unknown session', async () => {
    const { id, secret } = ticket();
    await replica.kept.detach(session, connection);
    const next = new FakeConnection();
    expect(await replica.kept.resume(id, `${secret}0`, next, replica.session())).to.equal(
      undefined,
    );
    expect(await replica.kept.resume('nobody', secret, next, replica.session())).to.equal(
      undefined,
    );
    await replica.clock.advance(GRACE_MS);
    expect(await replica.kept.resume(id, secret, next, replica.session())).to.equal(undefined);
  });

  it('give the same ticket to who asks again', () => {
    expect(ticket()).to.deep.equal(ticket());
  });

  it('keep nothing once the replica stops', async () => {
    ticket();
    await replica.kept.detach(session, connection);
    await replica.kept.close();
    expect(await held()).to.equal(false);
    expect(replica.clock.pendingTimers).to.equal(0);
  });
});
