import { expect } from 'chai';
import { InvalidRedisUrl, parseRedisUrl } from '../../../src/redis/url/redis-url.js';

describe('parseRedisUrl', () => {
  it('takes host, port, database and credentials', () => {
    expect(parseRedisUrl('redis://redis')).to.deep.equal({
      kind: 'single',
      server: { host: 'redis', port: 6379 },
      db: 0,
      tls: false,
      credentials: {},
    });
    expect(parseRedisUrl('rediss://me:p%40s:s@[::1]:7000/3')).to.deep.equal({
      kind: 'single',
      server: { host: '::1', port: 7000 },
      db: 3,
      tls: true,
      credentials: { username: 'me', password: 'p@s:s' },
    });
    expect(parseRedisUrl('redis://:secret@redis/').credentials).to.deep.equal({
      password: 'secret',
    });
  });

  it('takes sentinels, the name of their master, and how to sign in with them', () => {
    expect(
      parseRedisUrl(
        'redis+sentinel://me:secret@a,b:26380/2?master=my%20main&sentinel-user=you&sentinel-password=x%26y',
      ),
    ).to.deep.equal({
      kind: 'sentinel',
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
      ],
      master: 'my main',
      db: 2,
      tls: false,
      credentials: { username: 'me', password: 'secret' },
      sentinelCredentials: { username: 'you', password: 'x&y' },
    });
    expect(parseRedisUrl('rediss+sentinel://a?master=m')).to.include({
      kind: 'sentinel',
      tls: true,
    });
  });

  it('takes some servers of a cluster', () => {
    expect(
      parseRedisUrl('rediss+cluster://:secret@10.0.0.1:7000,[fd00::2],c_3.test'),
    ).to.deep.equal({
      kind: 'cluster',
      servers: [
        { host: '10.0.0.1', port: 7000 },
        { host: 'fd00::2', port: 6379 },
        { host: 'c_3.test', port: 6379 },
      ],
      tls: true,
      credentials: { password: 'secret' },
    });
    expect(parseRedisUrl('redis+cluster://a/0')).to.include({ kind: 'cluster' });
  });

  const refused = {
    'redis:6379': /does not begin with redis:/,
    'http://redis': /does not begin with redis:/,
    'redis+other://redis': /does not begin with redis:/,
    'redis://local host': /white space/,
    'redis://host#1': /is not a URL/,
    'redis://': /names no host/,
    'redis://me:secret@': /names no host/,
    'redis://host:99999': /host or host:port/,
    'redis://host:0': /host or host:port/,
    'redis://10.0.0.300': /host or host:port/,
    'redis://[10.0.0.1]': /host or host:port/,
    'redis://fd00::1': /host or host:port/,
    'redis+cluster://a,,b': /host or host:port/,
    'redis://a,b': /names several servers: write redis\+sentinel/,
    'redis://host/main': /database that is not a number/,
    'redis://host/0/1': /database that is not a number/,
    'redis+cluster://host/1': /cluster has only one/,
    'redis://host?db=1': /\? part/,
    'redis+cluster://host?master=m': /\? part/,
    'redis+sentinel://host': /\?master=mymaster/,
    'redis+sentinel://host?master=': /\?master=mymaster/,
    'redis+sentinel://host?master=m&db=1': /there are master, sentinel-user, sentinel-password/,
    'redis://:50%@host': /% that encodes nothing/,
  };
  for (const [url, fault] of Object.entries(refused)) {
    it(`refuses ${url}`, () => {
      expect(() => parseRedisUrl(url)).to.throw(InvalidRedisUrl, fault);
    });
  }

  it('keeps the password out of its complaint', () => {
    for (const url of ['redis://:hunter2@host/x', 'redis://:hun/ter2@host', 'redis://a:hunter2']) {
      expect(() => parseRedisUrl(url))
        .to.throw(InvalidRedisUrl)
        .with.property('message')
        .that.does.not.match(/hun|ter2/);
    }
  });
});
