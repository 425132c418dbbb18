import { expect } from 'chai';
import { InvalidRedisUrl, parseRedisUrl } from '../../src/redis/redis-url.js';

describe('parseRedisUrl', () => {
  it('takes host, port, database and credentials', () => {
    expect(parseRedisUrl('redis://redis')).to.deep.equal({ host: 'redis', port: 6379, db: 0 });
    expect(parseRedisUrl('redis://me:p%40ss@[::1]:7000/3')).to.deep.equal({
      host: '::1',
      port: 7000,
      db: 3,
      username: 'me',
      password: 'p@ss',
    });
  });

  it('encrypts with rediss, and names the server unless it is an address', () => {
    expect(parseRedisUrl('rediss://cache.example')).to.deep.include({
      tls: { servername: 'cache.example' },
    });
    expect(parseRedisUrl('rediss://192.0.2.7')).to.deep.include({ tls: {} });
  });

  const refused = {
    'redis:6379': /names no host|begin with/,
    'not a URL': /is no URL/,
    'http://redis': /begin with redis:\/\//,
    'redis+sentinel://a:26379/main': /not supported yet/,
    'redis+cluster://a:6379': /not supported yet/,
    'redis://host/main': /database number/,
    'redis://host?db=1': /no parameters/,
  };
  for (const [url, reason] of Object.entries(refused)) {
    it(`refuses ${url}`, () => {
      expect(() => parseRedisUrl(url)).to.throw(InvalidRedisUrl, reason);
    });
  }

  it('keeps the password out of its complaint', () => {
    expect(() => parseRedisUrl('redis://:hunter2@host/x'))
      .to.throw(InvalidRedisUrl)
      .with.property('message')
      .that.does.not.contain('hunter2');
  });
});
