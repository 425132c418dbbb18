import { expect } from 'chai';
import type { Config } from '../../src/config/config.js';
import { ConfigError, loadConfig } from '../../src/config/load-config.js';

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 6780,
  httpHost: '127.0.0.1',
  httpPort: 9780,
  workers: 1,
  filesRoot: './data',
  filesUrl: undefined,
  redisUrl: undefined,
  redisTimeoutMs: 1_000,
  redisTlsCa: undefined,
  redisMinReplicas: 0,
  leaseTtlMs: 30_000,
  sessionGraceMs: 10_000,
  maxFileBytes: 1_073_741_824,
  maxTextBytes: 16_777_216,
  maxConnections: 20_000,
  busyPoll: true,
  idleTimeoutMs: 300_000,
  drainTimeoutMs: 10_000,
  keepVersions: 10,
  keepAgeMs: 0,
  verifyReads: false,
  durability: 'fsync',
  plainView: 'on',
  textProfile: 'combined',
  textQuietMs: 50,
  allowRemoteShutdown: false,
  proxyProtocol: 'off',
  trustedProxies: [],
  logLevel: 'info',
  logFormat: 'auto',
};

type Texts = Record<string, string>;

function refusal(env: Texts, flags: Texts = {}): ConfigError {
  try {
    loadConfig(env, flags);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify({ env, flags })}`);
}

const refusedNames = (env: Texts, flags: Texts = {}): string[] =>
  refusal(env, flags).problems.map(({ name }) => name);

describe('loadConfig', () => {
  it('has the default for everything that is not given', () => {
    expect(loadConfig({}, {})).to.deep.equal(DEFAULTS);
  });

  it('takes every setting from its environment variable', () => {
    const config = loadConfig(
      {
        HOST: '0.0.0.0',
        PORT: '7000',
        HTTP_HOST: '::1',
        HTTP_PORT: '0',
        WORKERS: '4',
        FILES_ROOT: '/srv/files',
        REDIS_URL: 'rediss://user:secret@redis.example:6380/2',
        REDIS_TIMEOUT_MS: '250',
        REDIS_TLS_CA: '/etc/redis-ca.pem',
        REDIS_MIN_REPLICAS: '2',
        LEASE_TTL_MS: '5s',
        SESSION_GRACE_MS: '0',
        MAX_FILE_BYTES: '2TiB',
        MAX_TEXT_BYTES: '64KiB',
        BUSY_POLL: 'false',
        MAX_CONNECTIONS: '1',
        IDLE_TIMEOUT_MS: '1h',
        DRAIN_TIMEOUT_MS: '500ms',
        KEEP_VERSIONS: '3',
        KEEP_AGE_MS: '720h',
        VERIFY_READS: 'true',
        DURABILITY: 'os',
        PLAIN_VIEW: 'off',
        TEXT_PROFILE: '1.3',
        TEXT_QUIET_MS: '20',
        ALLOW_REMOTE_SHUTDOWN: 'true',
        PROXY_PROTOCOL: 'v2',
        TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,192.0.2.7',
        LOG_LEVEL: 'debug',
        LOG_FORMAT: 'json',
      },
      {},
    );
    expect(config).to.deep.equal({
      host: '0.0.0.0',
      port: 7000,
      httpHost: '::1',
      httpPort: 0,
      workers: 4,
      filesRoot: '/srv/files',
      filesUrl: undefined,
      redisUrl: 'rediss://user:secret@redis.example:6380/2',
      redisTimeoutMs: 250,
      redisTlsCa: '/etc/redis-ca.pem',
      redisMinReplicas: 2,
      leaseTtlMs: 5_000,
      sessionGraceMs: 0,
      maxFileBytes: 2 ** 41,
      maxTextBytes: 65_536,
      maxConnections: 1,
      busyPoll: false,
      idleTimeoutMs: 3_600_000,
      drainTimeoutMs: 500,
      keepVersions: 3,
      keepAgeMs: 2_592_000_000,
      verifyReads: true,
      durability: 'os',
      plainView: 'off',
      textProfile: '1.3',
      textQuietMs: 20,
      allowRemoteShutdown: true,
      proxyProtocol: 'v2',
      trustedProxies: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'],
      logLevel: 'debug',
      logFormat: 'json',
    });
  });

  it('lets flags win over the environment, right or wrong', () => {
    const env = { PORT: 'nonsense', LEASE_TTL_MS: '1m' };
    const flags = { port: '7001', 'lease-ttl-ms': '2m' };
    expect(loadConfig(env, flags)).to.include({ port: 7001, leaseTtlMs: 120_000 });
    expect(refusedNames({ PORT: '7000' }, { port: 'x' })).to.deep.equal(['--port']);
  });

  it('counts an empty value as not given', () => {
    const config = loadConfig({ REDIS_URL: '', PORT: '7000' }, { port: '' });
    expect(config).to.include({ redisUrl: undefined, port: 7000 });
  });

  it('lets HTTP_HOST follow HOST unless it is given', () => {
    expect(loadConfig({ HOST: '0.0.0.0' }, {}).httpHost).to.equal('0.0.0.0');
    expect(loadConfig({}, { host: '::' }).httpHost).to.equal('::');
    expect(loadConfig({ HOST: '::', HTTP_HOST: '127.0.0.1' }, {}).httpHost).to.equal('127.0.0.1');
    expect(refusedNames({ HOST: 'not a host' })).to.deep.equal(['HOST']);
  });

  it('freezes what it returns, deeply', () => {
    const config = loadConfig({ TRUSTED_PROXIES: '10.0.0.0/8' }, {});
    expect(config).to.be.frozen;
    expect(config.trustedProxies).to.be.frozen;
  });

  it('ignores environment variables that are none of its business', () => {
    expect(loadConfig({ PATH: '/bin', CANDADO: 'x', PORTS: '1' }, {})).to.deep.equal(DEFAULTS);
  });

  it('names every wrong value at once: what was given, what is allowed, an example', () => {
    const error = refusal(
      { PORT: 'abc', LOG_LEVEL: 'loud', KEEP_VERSIONS: '0' },
      { 'lease-ttl-ms': '2d', prot: '6780' },
    );
    expect(error.code).to.equal('CONFIG');
    expect(error.message.split('\n')).to.deep.equal([
      'wrong configuration (5):',
      '  --prot: is not known; did you mean --port?; allowed: the flags that candado serve --help lists; example: --port 6780',
      '  PORT: "abc" is not allowed; allowed: a whole number from 0 to 65535 (0 picks a free port and logs it); example: PORT=6780',
      '  --lease-ttl-ms: "2d" is not allowed; allowed: a time from 100ms to 1h: plain milliseconds, or with ms, s, m, h; example: --lease-ttl-ms 10s',
      '  KEEP_VERSIONS: "0" is not allowed; allowed: a whole number from 1 to 10000; example: KEEP_VERSIONS=100',
      '  LOG_LEVEL: "loud" is not allowed; allowed: error | warn | info | debug; example: LOG_LEVEL=debug',
    ]);
  });

  it('repeats no more than the beginning of a long value, and no control characters', () => {
    const [problem] = refusal({ PORT: `\u001b[2J${'x'.repeat(5_000)}` }).problems;
    expect(problem?.fault).to.have.length.below(200);
    expect(problem?.fault).to.include('\\u001b[2J').and.not.include('\u001b');
  });

  describe('unknown flags', () => {
    const faultOf = (flag: string): string => refusal({}, { [flag]: '1' }).problems[0]?.fault ?? '';

    it('get the nearest known name, if one is near', () => {
      expect(faultOf('redis-ulr')).to.equal('is not known; did you mean --redis-url?');
      expect(faultOf('max-connection')).to.equal('is not known; did you mean --max-connections?');
      expect(faultOf('leaseTtlMs')).to.equal('is not known; did you mean --lease-ttl-ms?');
      expect(faultOf('verbose')).to.equal('is not known');
    });
  });

  describe('values that do not go together', () => {
    it('PORT and HTTP_PORT differ, unless both are picked', () => {
      expect(refusedNames({ PORT: '7000', HTTP_PORT: '7000' })).to.deep.equal(['HTTP_PORT']);
      expect(refusedNames({ PORT: '9780' })).to.deep.equal(['HTTP_PORT']);
      expect(refusal({ PORT: '9780' }).problems[0]?.example).to.equal('HTTP_PORT=9781');
      expect(loadConfig({ PORT: '0', HTTP_PORT: '0' }, {})).to.include({ port: 0, httpPort: 0 });
    });

    it('PROXY headers need networks to trust', () => {
      expect(refusedNames({ PROXY_PROTOCOL: 'v1' })).to.deep.equal(['TRUSTED_PROXIES']);
      expect(loadConfig({ TRUSTED_PROXIES: '10.0.0.0/8' }, {}).proxyProtocol).to.equal('off');
    });

    it('the quiet time is shorter than the idle time', () => {
      expect(refusedNames({ TEXT_QUIET_MS: '200', IDLE_TIMEOUT_MS: '200' })).to.deep.equal([
        'TEXT_QUIET_MS',
      ]);
      expect(loadConfig({ TEXT_QUIET_MS: '199', IDLE_TIMEOUT_MS: '200' }, {}).textQuietMs).to.equal(
        199,
      );
    });

    it('certificate authorities need a Redis that is encrypted', () => {
      const REDIS_TLS_CA = 'ca.pem';
      expect(refusedNames({ REDIS_TLS_CA })).to.deep.equal(['REDIS_URL']);
      expect(refusedNames({ REDIS_TLS_CA, REDIS_URL: 'redis://a' })).to.deep.equal(['REDIS_URL']);
      expect(refusedNames({ REDIS_TLS_CA, REDIS_URL: 'x://a' })).to.deep.equal(['REDIS_URL']);
      for (const kind of ['rediss://a', 'rediss+cluster://a']) {
        expect(loadConfig({ REDIS_TLS_CA, REDIS_URL: kind }, {}).redisTlsCa).to.equal('ca.pem');
      }
    });

    it('replicas of Redis can only confirm where there is a Redis', () => {
      const REDIS_MIN_REPLICAS = '1';
      expect(refusedNames({ REDIS_MIN_REPLICAS })).to.deep.equal(['REDIS_MIN_REPLICAS']);
      const REDIS_URL = 'redis://a';
      expect(loadConfig({ REDIS_MIN_REPLICAS, REDIS_URL }, {}).redisMinReplicas).to.equal(1);
    });

    it('several workers share locks, so there is a Redis', () => {
      const [problem, ...others] = refusal({ WORKERS: '3' }).problems;
      expect(others).to.deep.equal([]);
      expect(problem).to.include({ name: 'WORKERS', example: 'WORKERS=1' });
      expect(problem?.fault).to.match(/^makes 3 processes, but there is no REDIS_URL/);
      expect(refusedNames({}, { workers: '2' })).to.deep.equal(['--workers']);
      expect(refusedNames({ WORKERS: '2', REDIS_URL: 'x://a' })).to.deep.equal(['REDIS_URL']);
      expect(loadConfig({ WORKERS: '1' }, {}).workers).to.equal(1);
      expect(loadConfig({ WORKERS: '3', REDIS_URL: 'redis://a' }, {}).workers).to.equal(3);
    });

    it('are reported beside wrong values, and only where they could be read', () => {
      expect(refusedNames({ PORT: 'x', PROXY_PROTOCOL: 'v2' })).to.deep.equal([
        'PORT',
        'TRUSTED_PROXIES',
      ]);
      expect(refusedNames({ PROXY_PROTOCOL: 'v2', TRUSTED_PROXIES: 'x' })).to.deep.equal([
        'TRUSTED_PROXIES',
      ]);
    });
  });

  describe('of FILES_URL', () => {
    const FILES_URL = 's3://files/team?region=eu-central-1';

    it('is the place that it names', () => {
      const { filesUrl } = loadConfig({ FILES_URL }, {});
      expect(filesUrl).to.include({ bucket: 'files', prefix: 'team/', region: 'eu-central-1' });
      expect(Object.isFrozen(filesUrl)).to.equal(true);
    });

    it('stands alone: FILES_ROOT beside it is refused, an empty one is none', () => {
      expect(loadConfig({ FILES_URL, FILES_ROOT: '' }, {}).filesUrl).to.include({
        bucket: 'files',
      });
      for (const error of [
        refusal({ FILES_URL, FILES_ROOT: './data' }),
        refusal({ FILES_URL }, { 'files-root': '/srv' }),
      ]) {
        expect(error.problems).to.have.length(1);
        expect(error.message).to.match(/FILES_ROOT|--files-root/);
        expect(error.message).to.include('kept in one place');
      }
    });

    it('has every fault of it told at once, beside those of others, and no secret', () => {
      const error = refusal({ FILES_URL: 's3://key:hush@files?x=1', PORT: 'x' });
      expect(error.problems.map(({ name }) => name)).to.deep.equal(['PORT', 'FILES_URL']);
      expect(error.message).to.match(/holds credentials.*unknown parameter "x"/);
      expect(error.message).not.to.include('hush');
    });

    it('limits MAX_FILE_BYTES to what an upload has parts for', () => {
      expect(loadConfig({ FILES_URL, MAX_FILE_BYTES: '48GiB' }, {}).maxFileBytes).to.be.above(5e10);
      expect(refusal({ FILES_URL, MAX_FILE_BYTES: '49GiB' }).message).to.include('48 GiB');
      expect(loadConfig({ MAX_FILE_BYTES: '79GiB' }, {}).maxFileBytes).to.be.above(8e10);
    });
  });
});
