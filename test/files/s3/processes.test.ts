import { publishAgainstEachOther } from './publishing-processes.js';
import { FakeS3Fixture } from './s3-fixture.js';

describe('Processes on one bucket', () => {
  it('publish against each other without losing or doubling a version', async () => {
    const fixture = await FakeS3Fixture.create();
    const { endpoint, bucket } = fixture.service;
    // Now and then an answer is lost, which makes a process look what became of its swap.
    let swaps = 0;
    fixture.service.fault = ({ isConditional }) =>
      isConditional && ++swaps % 7 === 0 ? 'unanswered' : undefined;
    await publishAgainstEachOther({ endpoint, bucket, prefix: fixture.prefix }, 10);
    await fixture.close();
  }).timeout(60_000);
});
