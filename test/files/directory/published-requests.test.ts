import { expect } from 'chai';
import { RECORDS_BEHIND } from '../../../src/files/directory/retention.js';
import {
  author,
  bytesOf,
  CONTRACT_KEEP_VERSIONS,
  nameOf,
} from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from './store-fixture.js';

const NAME = nameOf('a.txt');

describe('A repeated request', () => {
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
  });

  afterEach(() => fixture.close());

  const publish = async (requestId: string): Promise<string> => {
    const from = await replica.store.ensureHead(NAME);
    const result = await replica.store.publish(
      await replica.store.stage(from, bytesOf('x'), author(from.token, requestId)),
    );
    if (result.outcome !== 'published') throw new Error('the head has moved');
    return String(result.head.record);
  };

  it('is found behind the kept contents, as far back as records are', async () => {
    for (let at = 1; at <= CONTRACT_KEEP_VERSIONS + 2; at++) await publish(`request-${at}`);
    expect(await replica.store.history(NAME)).to.have.length(CONTRACT_KEEP_VERSIONS);
    expect(await replica.store.published(NAME, 'request-1')).to.equal(1);
  });

  it('is looked for in what was read before without reading it again', async () => {
    const oldest = await publish('request-1');
    await publish('request-2');
    expect(await replica.store.published(NAME, 'request-1')).to.equal(1);
    await fixture.removeRecord(oldest);
    await publish('request-3');
    expect(await replica.store.published(NAME, 'request-1')).to.equal(1);
    const another = await fixture.replica();
    expect(await another.store.published(NAME, 'request-1')).to.equal(undefined);
  });

  it('is not looked for beyond that, so that the work is bounded', async () => {
    const farthest = CONTRACT_KEEP_VERSIONS + RECORDS_BEHIND;
    for (let at = 1; at <= farthest; at++) await publish(`request-${at}`);
    expect(await replica.store.published(NAME, 'request-1')).to.equal(1);
    await publish('one more');
    expect(await replica.store.published(NAME, 'request-1')).to.equal(undefined);
    expect(await replica.store.published(NAME, 'request-2')).to.equal(2);
  });
});
