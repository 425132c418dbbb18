import { expect } from 'chai';
import {
  InvalidFilesUrl,
  MAX_PREFIX_BYTES,
  parseFilesUrl,
} from '../../../src/files/url/files-url.js';

function faults(url: string): readonly string[] {
  try {
    parseFilesUrl(url);
  } catch (error) {
    if (error instanceof InvalidFilesUrl) return error.faults;
    throw error;
  }
  return [];
}

describe('FILES_URL', () => {
  it('names a bucket, and for the rest what the SDK finds', () => {
    expect(parseFilesUrl('s3://my-files')).to.deep.equal({
      bucket: 'my-files',
      prefix: '',
      endpoint: undefined,
      region: undefined,
      pathStyle: false,
    });
  });

  it('names a prefix, an endpoint and a region', () => {
    const url = 's3://files/team/a/?endpoint=http://127.0.0.1:9000&region=eu-central-1';
    expect(parseFilesUrl(url)).to.deep.equal({
      bucket: 'files',
      prefix: 'team/a/',
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
      pathStyle: true,
    });
  });

  it('says how the bucket is named where an endpoint wants it otherwise', () => {
    const url = 's3://files?endpoint=https%3A%2F%2Fs3.example&path-style=false';
    expect(parseFilesUrl(url)).to.include({ endpoint: 'https://s3.example', pathStyle: false });
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['http://files', /is not of the form s3:/],
    ['s3://', /no valid bucket/],
    ['s3://Files', /no valid bucket/],
    ['s3://key:secret@files', /holds credentials/],
    ['s3://files/a//b', /prefix with other signs/],
    ['s3://files/../b', /prefix with other signs/],
    ['s3://files/ü', /prefix with other signs/],
    [`s3://files/${'p'.repeat(MAX_PREFIX_BYTES + 1)}`, /prefix of over 128 bytes/],
    ['s3://files?endpoint=127.0.0.1:9000', /endpoint that is not http/],
    ['s3://files?endpoint=http://a/path', /endpoint that is not http/],
    ['s3://files?endpoint=http://u:p@a', /endpoint that is not http/],
    ['s3://files?region=eu_1', /region of other signs/],
    ['s3://files?path-style=yes', /path-style that is not true or false/],
    ['s3://files?regoin=eu', /unknown parameter "regoin"/],
    ['s3://files?region=a&region=b', /region more than once/],
  ];
  for (const [url, fault] of wrong) {
    it(`${url.slice(0, 60)} is refused`, () => {
      expect(faults(url).join()).to.match(fault);
    });
  }

  it('names everything that is wrong with it at once', () => {
    expect(faults('s3://A/ü?endpoint=x&region=*&path-style=1&x=y')).to.have.length(6);
  });
});
