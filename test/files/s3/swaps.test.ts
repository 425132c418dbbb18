import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { Staged } from '../../../src/files/file-store.js';
import { author, bytesOf, nameOf, read, write } from '../../contract/file-store.contract.js';
import type { FakeRequest, Fault } from './fake-s3.js';
import { FakeS3Fixture, type S3Replica } from './s3-fixture.js';

const A = nameOf('a');

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function isSwap({ method, isConditional }: FakeRequest): boolean {
  return method === 'PUT' && isConditional;
}

describe('A swap on S3', () => {
  let fixture: FakeS3Fixture;
  let one: S3Replica;
  let other: S3Replica;

  const staged = async (content: string, requestId?: string): Promise<Staged> => {
    const head = await one.store.ensureHead(A);
    return await one.store.stage(head, bytesOf(content), author(head.token, requestId));
  };

  beforeEach(async () => {
    fixture = await FakeS3Fixture.create();
    one = await fixture.replica();
    other = await fixture.replica();
    await write(other.store, 'a', 'before');
  });

  afterEach(() => fixture.close());

  const mended: readonly (readonly [string, Fault])[] = [
    ['whose answer is lost', 'unanswered'],
    ['that is lost itself', 'lost'],
    ['that is answered 500', 500],
    ['that is answered 503', 503],
    ['that meets another one under way (409)', 409],
  ];
  for (const [which, fault] of mended) {
    it(`${which} is sent again, and takes place once`, async () => {
      const version = await staged('mine');
      fixture.service.failNext(isSwap, fault);
      const result = await one.store.publish(version);
      expect(result).to.deep.include({ outcome: 'published' });
      expect(result.outcome === 'published' && result.head).to.deep.equal(
        await other.store.head(A),
      );
      expect((await other.store.history(A)).map((record) => record.version)).to.deep.equal([2, 1]);
      expect(await read(other.store, 'a')).to.equal('mine');
    });
  }

  it('of a fence whose answer is lost is a fence', async () => {
    fixture.service.failNext(isSwap, 'unanswered');
    const result = await one.store.fence(A, 7, false);
    expect(result).to.deep.equal({ outcome: 'fenced', head: await other.store.head(A) });
  });

  it('of a new name whose answer is lost makes it', async () => {
    fixture.service.failNext(isSwap, 'unanswered');
    const head = await one.store.ensureHead(nameOf('new'));
    expect(await other.store.head(nameOf('new'))).to.deep.equal(head);
  });

  it('that took place is found in the chain when others have gone on since', async () => {
    const version = await staged('mine', 'request');
    const gone = Promise.withResolvers<void>();
    fixture.service.failNext(isSwap, { lostAfter: gone.promise });
    const published = one.store.publish(version);
    while ((await other.store.head(A))?.version !== 2) await fixture.service.next();
    await write(other.store, 'a', 'later');
    gone.resolve();
    expect(await published).to.deep.include({ outcome: 'published' });
    expect(await other.store.published(A, 'request')).to.equal(2);
    expect(await read(other.store, 'a', 2)).to.equal('mine');
    expect(await read(other.store, 'a')).to.equal('later');
  });

  it('that did not take place is told apart from one whose answer was lost', async () => {
    const version = await staged('mine');
    const stop = one.failpoints.stopAt('publish.before-swap');
    const published = one.store.publish(version);
    await stop.reached;
    await write(other.store, 'a', 'theirs');
    fixture.service.failNext(isSwap, 'lost');
    stop.resume();
    const current = await other.store.head(A);
    expect(await published).to.deep.equal({ outcome: 'moved', current });
    expect(await read(other.store, 'a')).to.equal('theirs');
    expect(fixture.keys('contents')).to.have.length(2);
  });

  it('that may still arrive is unknown, and what it would publish is left alone', async () => {
    const version = await staged('mine');
    const arrives = Promise.withResolvers<void>();
    const faults: Fault[] = [{ after: arrives.promise }];
    fixture.service.fault = (request) => (isSwap(request) ? (faults.shift() ?? 503) : undefined);
    const error = await errorOf(one.store.publish(version));
    expect(error).to.be.instanceOf(FileStoreUnavailable);
    expect(error).to.include({ outcomeUnknown: true });
    await one.store.discard(version);
    expect(await read(other.store, 'a')).to.equal('before');

    arrives.resolve();
    while ((await other.store.head(A))?.version !== 2) await fixture.service.next();
    expect(await read(other.store, 'a')).to.equal('mine');
    fixture.service.fault = () => undefined;
    expect(await one.store.publish(version)).to.deep.include({ outcome: 'published' });
  });

  it('that nobody can look after once it was refused is unknown', async () => {
    const version = await staged('mine');
    await write(other.store, 'a', 'theirs');
    fixture.service.fault = ({ method, key }) =>
      method === 'GET' && key.includes('/heads/') ? 503 : undefined;
    const error = await errorOf(one.store.publish(version));
    expect(error).to.be.instanceOf(FileStoreUnavailable);
    expect(error).to.include({ outcomeUnknown: true });
  });

  it('that is denied certainly changed nothing, and its content can be dropped', async () => {
    const version = await staged('mine');
    fixture.service.failNext(isSwap, 403);
    const error = await errorOf(one.store.publish(version));
    expect(error).to.be.instanceOf(FileStoreUnavailable);
    expect(error).to.include({ outcomeUnknown: false });
    expect(String(error)).to.include('credentials');
    await one.store.discard(version);
    expect(fixture.keys('contents')).to.have.length(1);
  });

  it('from a head that only another process knows reads its tag first', async () => {
    const head = await other.store.ensureHead(A);
    const fresh = await fixture.replica();
    const version = await fresh.store.stage(head, bytesOf('mine'), author(head.token));
    expect(await fresh.store.publish(version)).to.deep.include({ outcome: 'published' });
    const stale = await (await fixture.replica()).store.stage(head, bytesOf('x'), author(0));
    expect(await fresh.store.publish(stale)).to.deep.equal({
      outcome: 'moved',
      current: await other.store.head(A),
    });
  });
});
