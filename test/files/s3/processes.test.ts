import {
  exactlyOneOf,
  publishAgainstEachOther,
  refuseLate,
} from '../../contract/publishing-processes.js';
import { placeIn } from './publishing-processes.js';
import { FakeS3Fixture } from './s3-fixture.js';

describe('Processes on one bucket', function () {
  this.timeout(60_000);
  let fixture: FakeS3Fixture;

  beforeEach(async () => {
    fixture = await FakeS3Fixture.create();
  });

  afterEach(() => fixture.close());

  const place = () => {
    const { endpoint, bucket } = fixture.service;
    return placeIn({ endpoint, bucket, prefix: fixture.prefix });
  };

  it('publish against each other without losing or doubling a version', async () => {
    // Now and then an answer is lost, which makes a process look what became of its swap. A start
    // tries its service out with a few writes, and gives up after so many losses.
    let swaps = 0;
    fixture.service.fault = ({ isConditional, key }) =>
      isConditional && !key.includes('/probe/') && ++swaps % 7 === 0 ? 'unanswered' : undefined;
    await publishAgainstEachOther(place(), 10);
  });

  it('that swap from the same head at the same moment: exactly one wins', () =>
    exactlyOneOf(place(), 4, 'publish.before-swap'));

  it('of which one stood still before its swap refuse its late version', () =>
    refuseLate(place(), 'publish.before-swap'));
});
