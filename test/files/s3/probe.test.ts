import { expect } from 'chai';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { Oddities } from './fake-s3.js';
import { FakeS3Fixture, type S3ReplicaOptions } from './s3-fixture.js';

async function refusal(
  oddities: Oddities,
  options: Partial<S3ReplicaOptions> = {},
): Promise<string> {
  const fixture = await FakeS3Fixture.create(oddities);
  try {
    await fixture.unopened(options).store.open();
  } catch (error) {
    expect(error).to.be.instanceOf(FileStoreUnavailable);
    expect(fixture.service.keys('')).to.deep.equal([]);
    return String(error);
  } finally {
    await fixture.close();
  }
  return 'opened';
}

describe('Opening an S3 store', () => {
  const unfit: readonly (readonly [string, Oddities, RegExp])[] = [
    ['ignores If-Match', { ignored: 'if-match' }, /ignored If-Match .*conditional writes/],
    ['ignores If-None-Match', { ignored: 'if-none-match' }, /ignored If-None-Match: \*/],
    ['has no conditional writes', { unimplemented: true }, /does not take conditional writes/],
  ];
  for (const [what, oddities, words] of unfit) {
    it(`is refused where the service ${what}, with the remedy`, async () => {
      const message = await refusal(oddities);
      expect(message).to.match(words);
      expect(message).to.include('docs/file-stores.md');
    });
  }

  it('finds out in which form a service wants tags, and leaves nothing behind', async () => {
    for (const bareTags of [false, true]) {
      expect(await refusal({ bareTags })).to.equal('opened');
    }
  });

  it('is refused where there is no such bucket', async () => {
    expect(await refusal({}, { bucket: 'another' })).to.include(
      'bucket of FILES_URL does not exist',
    );
  });

  it('is refused where nothing answers, soon', async () => {
    const message = await refusal({}, { endpoint: 'http://127.0.0.1:9' });
    expect(message).to.match(/does not answer as it should.*ECONNREFUSED/);
  });

  it('is refused where what answers is no S3 service, or wants another region', async () => {
    const answers: readonly (readonly [number, RegExp])[] = [
      [404, /may be no S3 service: check the endpoint of FILES_URL \(404/],
      [405, /check the endpoint and region of FILES_URL \(405/],
      [400, /check the endpoint and region of FILES_URL \(400/],
      [301, /check the endpoint and region of FILES_URL \(301/],
    ];
    for (const [status, words] of answers) {
      const fixture = await FakeS3Fixture.create();
      fixture.service.fault = () => status;
      expect(await fixture.unopened().store.open().catch(String)).to.match(words);
      await fixture.close();
    }
  });

  it('is refused where requests are taken and never answered, after a few time-outs', async () => {
    const fixture = await FakeS3Fixture.create();
    fixture.service.fault = () => 'silent';
    const error = await fixture.unopened({ timeoutMs: 20 }).store.open().catch(String);
    expect(error).to.include('does not answer as it should').and.include('reached (AbortError)');
    expect(fixture.service.requests.length).to.be.at.most(4);
    await fixture.close();
  });

  it('is refused where access is denied', async () => {
    const fixture = await FakeS3Fixture.create();
    fixture.service.fault = () => 403;
    const error = await fixture.unopened().store.open().catch(String);
    expect(error).to.include('check the credentials');
    await fixture.close();
  });
});
