import { expect } from 'chai';
import type { Ticket } from '../../src/sessions/kept-sessions.js';
import type { Session } from '../../src/sessions/session.js';
import { FakeConnection } from '../support/fake-connection.js';
import { fileName, GRACE_MS, LEASE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

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

  async function ticket(): Promise<Ticket> {
    const given = await replica.kept.keep(session, connection);
    if (given === undefined) throw new Error('not kept');
    return given;
  }

  it('release at once what a session held that nobody asked to keep', async () => {
    await replica.kept.detach(session, connection);
    expect(await held()).to.equal(false);
  });

  it('keep a lost session’s locks for the grace time, and no longer', async () => {
    expect((await ticket()).graceMs).to.equal(GRACE_MS);
    await replica.kept.detach(session, connection);
    await replica.clock.advance(GRACE_MS - 1);
    expect(await held()).to.equal(true);
    await replica.clock.advance(1);
    expect(await held()).to.equal(false);
  });

  it('hand a lost session to who knows its secret, with its locks, for good', async () => {
    const { id, secret } = await ticket();
    await replica.kept.detach(session, connection);
    const next = new FakeConnection();
    const resumed = await replica.kept.resume(id, secret, next, replica.session());
    if (resumed === undefined) throw new Error('not resumed');
    expect(resumed.id).to.equal(session.id);
    await replica.clock.advance(GRACE_MS * 2);
    expect(await held()).to.equal(true);
    expect(await replica.put(resumed, NAME, 'mine')).to.include({ version: 1 });
  });

  it('end the former connection first, whose end then changes nothing', async () => {
    const { id, secret } = await ticket();
    connection.onEnd = () => replica.kept.detach(session, connection);
    const next = new FakeConnection();
    const resumed = await replica.kept.resume(id, secret, next, replica.session());
    expect(resumed?.id).to.equal(session.id);
    expect([...(resumed?.held.keys() ?? [])]).to.deep.equal([NAME]);
    expect(connection.ended).to.equal(true);
    await replica.clock.advance(GRACE_MS * 2);
    expect(await held()).to.equal(true);
  });

  it('give a session to the last of two who resume it at once', async () => {
    const { id, secret } = await ticket();
    const [one, other] = [new FakeConnection(), new FakeConnection()];
    const resumed = await Promise.all([
      replica.kept.resume(id, secret, one, replica.session()),
      replica.kept.resume(id, secret, other, replica.session()),
    ]);
    expect(resumed.map((one) => one?.id)).to.deep.equal([undefined, session.id]);
    expect(one.ended).to.equal(true);
  });

  it('come free again where two connections resume each other’s session', async () => {
    const other = replica.session();
    const otherConnection = new FakeConnection();
    const mine = await ticket();
    const theirs = await replica.kept.keep(other, otherConnection);
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
    const { id, secret } = await ticket();
    await replica.kept.detach(session, connection);
    const own = replica.session();
    const next = new FakeConnection();
    const left = await replica.kept.keep(own, next);
    expect((await replica.kept.resume(id, secret, next, own))?.id).to.equal(session.id);
    const later = new FakeConnection();
    const nobody = replica.session();
    expect(await replica.kept.resume(left?.id ?? '', left?.secret ?? '', later, nobody)).to.equal(
      undefined,
    );
    expect(await held()).to.equal(true);
  });

  it('refuse a wrong secret and an unknown session', async () => {
    const { id, secret } = await ticket();
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

  it('give the same ticket to who asks again', async () => {
    expect(await ticket()).to.deep.equal(await ticket());
  });

  it('leave a session to other replicas when this one stops', async () => {
    const { id, secret } = await ticket();
    await replica.kept.detach(session, connection);
    await replica.kept.close();
    expect(replica.clock.pendingTimers).to.equal(0);
    expect(await held()).to.equal(true);
    const other = replica.replica();
    const resumed = await other.kept.resume(id, secret, new FakeConnection(), other.session());
    expect([...(resumed?.held.keys() ?? [])]).to.deep.equal([NAME]);
  });

  it('end a session at once whose client says good-bye', async () => {
    const { id, secret } = await ticket();
    await replica.kept.end(session);
    expect(await held()).to.equal(false);
    expect(await replica.kept.resume(id, secret, new FakeConnection(), replica.session())).to.equal(
      undefined,
    );
  });

  it('write down anew a session whose record was lost', async () => {
    const { id, secret } = await ticket();
    replica.kept.start();
    await replica.records.close({ session: session.id, generation: 1 });
    await replica.clock.advance(GRACE_MS + LEASE_MS);
    const other = replica.replica();
    const resumed = await other.kept.resume(id, secret, new FakeConnection(), other.session());
    expect([...(resumed?.held.keys() ?? [])]).to.deep.equal([NAME]);
    await replica.kept.close();
  });
});
