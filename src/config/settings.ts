import { filesUrl, host, networks, redisUrl } from './addresses.js';
import type { Config } from './config.js';
import { choice, type Kind, optionalPath, path, yesOrNo } from './kind.js';
import { count, duration, port, size } from './quantities.js';
import { workerCount } from './worker-count.js';

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS;
const TIB = 2 ** 40;
const GIB = 2 ** 30;

/** One setting as data: everything that parses, explains or documents it reads this. */
export interface Setting<T> {
  /** Name of the environment variable; the flag is derived from it. */
  readonly env: string;
  readonly kind: Kind<T>;
  /** As one would write it; empty: none. */
  readonly default: string;
  /** The setting whose value is taken where this one is not given, instead of a default. */
  readonly defaultFrom?: keyof Config;
  readonly unit?: 'ms' | 'bytes';
  /** One sentence. */
  readonly help: string;
  /** A value one would really set. */
  readonly example: string;
}

/** Every setting, in the order in which people meet them. */
export const SETTINGS: { readonly [Key in keyof Config]: Setting<Config[Key]> } = {
  host: {
    env: 'HOST',
    kind: host,
    default: '127.0.0.1',
    help: 'Address on which the TCP service listens.',
    example: '0.0.0.0',
  },
  port: {
    env: 'PORT',
    kind: port,
    default: '6780',
    help: 'TCP port of the service, for both protocols.',
    example: '6780',
  },
  httpHost: {
    env: 'HTTP_HOST',
    kind: host,
    default: '',
    defaultFrom: 'host',
    help: 'Address on which the HTTP endpoint (/metrics, /healthz, /readyz) listens.',
    example: '0.0.0.0',
  },
  httpPort: {
    env: 'HTTP_PORT',
    kind: port,
    default: '9780',
    help: 'Port of the HTTP endpoint.',
    example: '9780',
  },
  workers: {
    env: 'WORKERS',
    kind: workerCount,
    default: '1',
    help: 'Processes that serve clients on the one port, to use as many processors; more than one need REDIS_URL.',
    example: '2',
  },
  filesRoot: {
    env: 'FILES_ROOT',
    kind: path,
    default: './data',
    help: 'Directory that is shared; it is made where it does not exist.',
    example: '/var/lib/candado',
  },
  filesUrl: {
    env: 'FILES_URL',
    kind: filesUrl,
    default: '',
    help: 'S3 bucket that keeps the files instead of a directory, so that replicas need no shared disk; none: they are in FILES_ROOT.',
    example: 's3://files/candado?region=eu-central-1',
  },
  redisUrl: {
    env: 'REDIS_URL',
    kind: redisUrl,
    default: '',
    help: 'Redis, with Sentinel or Cluster if you like, that keeps the lock table of several replicas; none: locks live in this one process.',
    example: 'rediss://:secret@redis.example:6379',
  },
  redisTimeoutMs: {
    env: 'REDIS_TIMEOUT_MS',
    kind: duration(10, 60_000),
    default: '1000',
    unit: 'ms',
    help: 'How long Redis may take before a command is answered UNAVAILABLE.',
    example: '500ms',
  },
  redisTlsCa: {
    env: 'REDIS_TLS_CA',
    kind: optionalPath,
    default: '',
    help: 'File of certificates (PEM): only servers that these authorities vouch for are trusted as Redis; none: the authorities that Node.js knows.',
    example: '/etc/candado/redis-ca.pem',
  },
  redisMinReplicas: {
    env: 'REDIS_MIN_REPLICAS',
    // Each is waited for with every grant.
    kind: count(0, 16),
    default: '0',
    help: 'How many replicas of Redis must have confirmed a lock before its client is told; with fewer, LOCK is answered UNAVAILABLE.',
    example: '1',
  },
  leaseTtlMs: {
    env: 'LEASE_TTL_MS',
    // The same range a client may ask for with TTL.
    kind: duration(100, HOUR_MS),
    default: '30000',
    unit: 'ms',
    help: 'Length of the lease of a lock that was asked for without TTL; the service renews it while the connection lives.',
    example: '10s',
  },
  sessionGraceMs: {
    env: 'SESSION_GRACE_MS',
    kind: duration(0, HOUR_MS),
    default: '10000',
    unit: 'ms',
    help: 'How long a session that can be resumed keeps its locks without a connection.',
    example: '30s',
  },
  maxFileBytes: {
    env: 'MAX_FILE_BYTES',
    // The largest file of ext4: what lies above could not be stored anyway.
    kind: size(1, 16 * TIB),
    default: '1GiB',
    unit: 'bytes',
    help: 'Largest content a file may have.',
    example: '256MiB',
  },
  maxTextBytes: {
    env: 'MAX_TEXT_BYTES',
    // Unframed text is kept in memory until it is whole, for every connection.
    kind: size(1, GIB),
    default: '16MiB',
    unit: 'bytes',
    help: 'Largest unframed free text of the text protocol, which is kept in memory until it is whole.',
    example: '1MiB',
  },
  maxConnections: {
    env: 'MAX_CONNECTIONS',
    kind: count(1, 1_000_000),
    default: '20000',
    help: 'Connections beyond this many are refused with BUSY.',
    example: '5000',
  },
  busyPoll: {
    env: 'BUSY_POLL',
    kind: yesOrNo,
    default: 'true',
    help: 'Whether a replica that one client asks again and again looks for the next request for up to 0.2 ms before it sleeps.',
    example: 'false',
  },
  idleTimeoutMs: {
    env: 'IDLE_TIMEOUT_MS',
    kind: duration(100, 24 * HOUR_MS),
    default: '300000',
    unit: 'ms',
    help: 'A connection that is silent for so long, and neither holds nor waits for a lock, is closed.',
    example: '1m',
  },
  drainTimeoutMs: {
    env: 'DRAIN_TIMEOUT_MS',
    kind: duration(0, HOUR_MS),
    default: '10000',
    unit: 'ms',
    help: 'How long a stop waits for work under way before connections are cut.',
    example: '30s',
  },
  keepVersions: {
    env: 'KEEP_VERSIONS',
    kind: count(1, 10_000),
    default: '10',
    help: 'How many versions of a file are kept, the current one included.',
    example: '100',
  },
  keepAgeMs: {
    env: 'KEEP_AGE_MS',
    kind: duration(0, TEN_YEARS_MS),
    default: '0',
    unit: 'ms',
    help: 'How long a version is kept after it was replaced, however few there are; 0: until KEEP_VERSIONS newer ones have come.',
    example: '720h',
  },
  verifyReads: {
    env: 'VERIFY_READS',
    kind: yesOrNo,
    default: 'false',
    help: 'Whether GET reads and checks the whole stored content against its checksum before it answers.',
    example: 'true',
  },
  durability: {
    env: 'DURABILITY',
    kind: choice('fsync', 'os'),
    default: 'fsync',
    help: 'Whether an acknowledged change is on the disk (fsync), or only handed to the operating system (os).',
    example: 'os',
  },
  plainView: {
    env: 'PLAIN_VIEW',
    kind: choice('on', 'off'),
    default: 'on',
    help: 'Whether each file is also kept as a plain file under its own name, for people and backups.',
    example: 'off',
  },
  textProfile: {
    env: 'TEXT_PROFILE',
    kind: choice('combined', '1.1', '1.2', '1.3', '2.1', '2.2'),
    default: 'combined',
    help: 'Which commands the text protocol knows: all of them, or those of one practice exercise.',
    example: '2.2',
  },
  textQuietMs: {
    env: 'TEXT_QUIET_MS',
    // Without any quiet time unframed text would never be whole; people do not wait over 10 s.
    kind: duration(1, 10_000),
    default: '50',
    unit: 'ms',
    help: 'Silence after which an unframed free text counts as whole.',
    example: '200ms',
  },
  allowRemoteShutdown: {
    env: 'ALLOW_REMOTE_SHUTDOWN',
    kind: yesOrNo,
    default: 'false',
    help: 'Whether BYE or EXIT of the text protocol also stops the service.',
    example: 'true',
  },
  proxyProtocol: {
    env: 'PROXY_PROTOCOL',
    kind: choice('off', 'v1', 'v2'),
    default: 'off',
    help: 'Version of the PROXY header that every connection must begin with; needs TRUSTED_PROXIES.',
    example: 'v2',
  },
  trustedProxies: {
    env: 'TRUSTED_PROXIES',
    kind: networks,
    default: '',
    help: 'Where connections with a PROXY header may come from.',
    example: '10.0.0.0/8,fd00::/8',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    kind: choice('error', 'warn', 'info', 'debug'),
    default: 'info',
    help: 'The least important kind of log line that is written; debug has a line for each command.',
    example: 'debug',
  },
  logFormat: {
    env: 'LOG_FORMAT',
    kind: choice('auto', 'json', 'pretty'),
    default: 'auto',
    help: 'Form of log lines; auto is pretty on a terminal and json elsewhere.',
    example: 'json',
  },
};
