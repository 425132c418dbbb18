import { expect } from 'chai';
import { PRUNED_GRACE_MS, RECORDS_BEHIND } from '../../../src/files/s3/retention.js';
import { LEFT_BEHIND_MS, SWEEP_EVERY_MS } from '../../../src/files/s3/sweeper.js';
import {
  author,
  bytesOf,
  nameOf,
  put,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import type { FakeRequest, Fault } from './fake-s3.js';
import { FakeS3Fixture, type S3Replica } from './s3-fixture.js';

const A = nameOf('a');

describe('Cleaning of an S3 store', () => {
  let fixture: FakeS3Fixture;
  let clock: FakeClock;
  let one: S3Replica;
  let other: S3Replica;

  beforeEach(async () => {
    clock = new FakeClock();
    fixture = await FakeS3Fixture.create({ pageSize: 2 });
    fixture.service.nowMs = () => clock.epochMicros() / 1000;
    one = await fixture.replica({ clock });
    other = await fixture.replica({ clock });
  });

  afterEach(() => fixture.close());

  /** A clock `ms` ahead: for a replica that starts then, while the others stand still. */
  const ahead = async (ms: number): Promise<FakeClock> => {
    const later = new FakeClock();
    await later.advance(clock.monotonicMs() - later.monotonicMs() + ms);
    return later;
  };

  const sweepAfter = async (ms: number): Promise<void> => {
    await fixture.replica({ clock: await ahead(ms) });
  };

  const count = (folder: string): number => fixture.keys(folder).length;

  it('leaves nothing of a publish but its content, its record and the head', async () => {
    await write(one.store, 'a', 'text');
    await one.store.idle();
    expect(count('journal')).to.equal(0);
    expect([count('heads'), count('contents'), count('records')]).to.deep.equal([1, 1, 1]);
  });

  it('removes what a dead writer left, once the head can no longer become it', async () => {
    const head = await write(one.store, 'a', 'text');
    const staged = await one.store.stage(head, bytesOf('left'), author(0));
    await sweepAfter(LEFT_BEHIND_MS - 60_000);
    expect(count('contents')).to.equal(2);
    await sweepAfter(LEFT_BEHIND_MS + 60_000);
    expect([count('contents'), count('records'), count('journal')]).to.deep.equal([1, 1, 0]);
    const late = await one.store.publish(staged);
    expect(late).to.deep.equal({ outcome: 'moved', current: await other.store.head(A) });
    expect(await read(other.store, 'a')).to.equal('text');
  });

  it('moves the head before it removes, so that a writer who wakes up then is refused', async () => {
    const head = await write(one.store, 'a', 'text');
    const staged = await one.store.stage(head, bytesOf('left'), author(0));
    const sweeping = fixture.unopened({ clock: await ahead(LEFT_BEHIND_MS + 60_000) });
    const stop = sweeping.failpoints.stopAt('clean.before-delete');
    await sweeping.store.open();
    await stop.reached;
    expect((await one.store.publish(staged)).outcome).to.equal('moved');
    stop.resume();
    await sweeping.store.idle();
    expect(await read(other.store, 'a')).to.equal('text');
  });

  it('spares a version that is published while the cleaning is about to move the head', async () => {
    const head = await write(one.store, 'a', 'text');
    const staged = await one.store.stage(head, bytesOf('woken'), author(0));
    const sweeping = fixture.unopened({ clock: await ahead(LEFT_BEHIND_MS + 60_000) });
    const stop = sweeping.failpoints.stopAt('clean.before-swap');
    await sweeping.store.open();
    await stop.reached;
    expect((await one.store.publish(staged)).outcome).to.equal('published');
    stop.resume();
    await sweeping.store.idle();
    expect(await read(other.store, 'a')).to.equal('woken');
    expect(await read(other.store, 'a', 1)).to.equal('text');
    expect(count('journal')).to.equal(0);
  });

  it('takes away contents that arrive after they were dropped', async () => {
    const head = await write(one.store, 'a', 'text');
    const isContent = ({ method, key }: FakeRequest): boolean =>
      method === 'PUT' && key.includes('/contents/');
    const refused = await one.store.stage(head, bytesOf('dropped'), author(0));
    await one.store.discard(refused);
    expect(count('journal')).to.equal(0);

    for (const further of [undefined, 503]) {
      const arrives = Promise.withResolvers<void>();
      const faults: (Fault | undefined)[] = [{ after: arrives.promise }];
      fixture.service.fault = (request) =>
        isContent(request) ? (faults.shift() ?? further) : undefined;
      const staging = one.store.stage(head, bytesOf('late'), author(0));
      if (further === undefined) await one.store.discard(await staging);
      else expect(await staging.catch(String)).to.include('does not answer');
      expect(count('contents')).to.equal(1);
      arrives.resolve();
      while (count('contents') < 2) await fixture.service.next();
      fixture.service.fault = () => undefined;
      await sweepAfter(LEFT_BEHIND_MS + 60_000);
      expect([count('contents'), count('records'), count('journal')]).to.deep.equal([1, 1, 0]);
    }
    expect(await read(other.store, 'a')).to.equal('text');
  });

  it('takes away deletions that were never published', async () => {
    await one.store.stageDeletion(await write(one.store, 'a', 'text'), author(0));
    await sweepAfter(LEFT_BEHIND_MS + 60_000);
    expect([count('records'), count('journal')]).to.deep.equal([1, 0]);
    expect(await read(one.store, 'a')).to.equal('text');
  });

  it('ends uploads that were neither completed nor aborted, however many', async () => {
    for (let at = 0; at < 5; at++) {
      await one.bucket.beginUpload(`${fixture.prefix}contents/x/${at % 2}`);
    }
    await sweepAfter(LEFT_BEHIND_MS - 60_000);
    expect(fixture.service.uploads.size).to.equal(5);
    await sweepAfter(LEFT_BEHIND_MS + 60_000);
    expect(fixture.service.uploads.size).to.equal(0);
  });

  it('forgets names that were locked long ago and never written, and no others', async () => {
    await one.store.ensureHead(nameOf('locked/once'));
    await remove(one.store, await write(one.store, 'deleted', 'x'));
    await sweepAfter(LEFT_BEHIND_MS + 60_000);
    expect(await one.store.head(nameOf('locked/once'))).to.equal(undefined);
    expect((await one.store.head(nameOf('deleted')))?.version).to.equal(2);
    expect((await one.store.ensureHead(nameOf('locked'))).version).to.equal(0);
  });

  it('is done again and again, and goes on after a damaged object', async () => {
    fixture.service.objects.set(`${fixture.prefix}journal/0`, {
      bytes: Buffer.from('{}'),
      etag: '"0"',
      modifiedMs: 0,
    });
    await one.store.stage(await one.store.ensureHead(A), bytesOf('left'), author(0));
    await clock.advance(LEFT_BEHIND_MS + SWEEP_EVERY_MS);
    await one.store.idle();
    await other.store.idle();
    expect(fixture.keys('journal')).to.deep.equal([`${fixture.prefix}journal/0`]);
    expect(one.log.lines.map(({ event }) => event)).to.include('sweep.skipped');
  });

  describe('of older versions', () => {
    it('waits for the grace of readers, then keeps as many contents as were asked for', async () => {
      let head = await one.store.ensureHead(A);
      for (let at = 1; at <= 6; at++) head = await put(one.store, head, `v${at}`);
      await using reading = await other.store.openFile(A, 1);
      await clock.advance(PRUNED_GRACE_MS - 1000);
      await one.store.idle();
      expect(count('contents')).to.equal(6);
      expect(reading?.record.version).to.equal(1);
      await clock.advance(60_000);
      await one.store.idle();
      expect(count('contents')).to.equal(3);
      expect(count('journal')).to.equal(0);
      expect(await read(other.store, 'a', 4)).to.equal('v4');
      expect(await read(other.store, 'a', 3)).to.equal(undefined);
      expect(await other.store.history(A)).to.have.length(3);
    });

    it('is done by another replica if the one that published died', async () => {
      let head = await one.store.ensureHead(A);
      for (let at = 1; at <= 5; at++) head = await put(one.store, head, `v${at}`);
      await one.store.close();
      expect(count('journal')).to.be.above(0);
      await sweepAfter(LEFT_BEHIND_MS + 60_000);
      expect([count('contents'), count('journal')]).to.deep.equal([3, 0]);
    });

    it('keeps a bounded number of records behind, which tell repeated requests', async () => {
      let head = await one.store.ensureHead(A);
      const writes = RECORDS_BEHIND + 8;
      for (let at = 1; at <= writes; at++) {
        const staged = await one.store.stage(head, bytesOf('x'), author(0, `request ${at}`));
        const result = await one.store.publish(staged);
        if (result.outcome === 'published') head = result.head;
      }
      await clock.advance(PRUNED_GRACE_MS + 60_000);
      await one.store.idle();
      expect(count('contents')).to.equal(3);
      expect(count('records')).to.equal(RECORDS_BEHIND + 3);
      expect(await other.store.published(A, `request ${writes - 50}`)).to.equal(writes - 50);
      expect(await other.store.published(A, 'request 1')).to.equal(undefined);
    });

    it('refuses a writer who stood still until even the records behind were gone', async () => {
      let head = await write(one.store, 'a', 'v1');
      const staged = await one.store.stage(head, bytesOf('late'), author(0));
      for (let at = 2; at <= RECORDS_BEHIND + 8; at++) head = await put(other.store, head, 'x');
      await clock.advance(PRUNED_GRACE_MS + 60_000);
      await other.store.idle();
      expect(count('records')).to.equal(RECORDS_BEHIND + 3 + 1);
      const late = await one.store.publish(staged);
      expect(late).to.deep.equal({ outcome: 'moved', current: head });
      expect([count('records'), count('contents')]).to.deep.equal([RECORDS_BEHIND + 3, 3]);
      expect(await read(one.store, 'a')).to.equal('x');
    });

    it('never lets a writer publish who stood still all the while', async () => {
      const head = await write(one.store, 'a', 'v1');
      const staged = await one.store.stage(head, bytesOf('late'), author(0));
      const stop = one.failpoints.stopAt('publish.before-swap');
      const late = one.store.publish(staged);
      await stop.reached;
      for (let at = 2; at <= 9; at++) await write(other.store, 'a', `v${at}`);
      await clock.advance(PRUNED_GRACE_MS + 60_000);
      await other.store.idle();
      expect(count('contents')).to.equal(4);
      stop.resume();
      expect((await late).outcome).to.equal('moved');
      expect(await read(one.store, 'a')).to.equal('v9');
      expect(count('contents')).to.equal(3);
    });
  });
});
