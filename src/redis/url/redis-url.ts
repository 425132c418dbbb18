import { parseServers, type ServerAddress } from './servers.js';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

/** The largest number of a database that Redis can be configured to have. */
const DATABASE = /^\d{1,9}$/;

const URL_PARTS =
  /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

interface Access {
  /** Whether connections are encrypted. */
  readonly tls: boolean;
  readonly credentials: Credentials;
}

/** What a Redis URL stands for. */
export type RedisTarget =
  | (Access & {
      readonly kind: 'single';
      readonly server: ServerAddress;
      readonly db: number;
    })
  | (Access & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly ServerAddress[];
      readonly sentinelCredentials: Credentials;
      /** As the sentinels call the group of servers, one of which is the master. */
      readonly master: string;
      readonly db: number;
    })
  | (Access & {
      readonly kind: 'cluster';
      /** Some of them; they know the others. */
      readonly servers: readonly ServerAddress[];
    });

/** What may be written, for messages. */
export const REDIS_URL_FORMS =
  'redis://, rediss:// (TLS), redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://, ' +
  'then [user:password@]host[:port][,host[:port]...][/database]; for sentinel end it with ?master=NAME';

/** The configured address of Redis cannot be used; start-up ends. */
export class InvalidRedisUrl extends Error {
  override readonly name = 'InvalidRedisUrl';
  readonly code = 'CONFIG';

  /** @param fault completes the sentence "the Redis URL …"; quotes nothing of it */
  constructor(readonly fault: string) {
    super(`the Redis URL ${fault}`);
  }
}

/** @throws {InvalidRedisUrl} it never quotes the URL, which may hold a password */
export function parseRedisUrl(url: string): RedisTarget {
  if (!/^rediss?(\+(sentinel|cluster))?:\/\//.test(url)) {
    throw new InvalidRedisUrl('does not begin with redis:// or another kind of Redis URL');
  }
  if (/\s/.test(url)) throw new InvalidRedisUrl('holds white space');
  const parts = URL_PARTS.exec(url);
  if (parts === null) {
    throw new InvalidRedisUrl('is not a URL: encode /, ?, # and @ in a password (%2F %3F %23 %40)');
  }
  const [, scheme, kind, userInfo = '', hosts = '', path = '', query = ''] = parts;
  const access = { tls: scheme === 'rediss', credentials: parseCredentials(userInfo) };
  const servers = readServers(hosts, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT);
  const parameters = readParameters(query, kind === 'sentinel' ? SENTINEL_PARAMETERS : []);
  if (kind === 'sentinel') {
    const master = parameters.get('master') ?? '';
    if (master === '') {
      throw new InvalidRedisUrl('does not name the master: end it with ?master=mymaster');
    }
    const username = parameters.get('sentinel-user');
    const password = parameters.get('sentinel-password');
    return {
      kind,
      ...access,
      sentinels: servers,
      sentinelCredentials: credentials(username, password),
      master,
      db: parseDatabase(path),
    };
  }
  if (kind === 'cluster') {
    if (parseDatabase(path) !== 0) {
      throw new InvalidRedisUrl('names a database, but a cluster has only one: leave it out');
    }
    return { kind, ...access, servers };
  }
  const [server, second] = servers;
  if (server === undefined || second !== undefined) {
    throw new InvalidRedisUrl(
      'names several servers: write redis+sentinel:// or redis+cluster://, or just one',
    );
  }
  return { kind: 'single', ...access, server, db: parseDatabase(path) };
}

const SENTINEL_PARAMETERS = ['master', 'sentinel-user', 'sentinel-password'];

function readServers(hosts: string, defaultPort: number): readonly ServerAddress[] {
  if (hosts === '') throw new InvalidRedisUrl('names no host');
  const servers = parseServers(hosts, defaultPort);
  if (servers !== undefined) return servers;
  throw new InvalidRedisUrl(
    'names a server that is not host or host:port, an IPv6 address in brackets; or its password holds a / ? # or @, which is written %2F %3F %23 %40',
  );
}

function readParameters(query: string, known: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const parameter of query === '' ? [] : query.split('&')) {
    const [key = '', ...rest] = parameter.split('=');
    if (!known.includes(key)) {
      throw new InvalidRedisUrl(
        known.length === 0
          ? 'has a ? part, which is not known here'
          : `has a parameter after ? that is not known: there are ${known.join(', ')}`,
      );
    }
    parameters.set(key, decode(rest.join('=')));
  }
  return parameters;
}

function parseDatabase(path: string): number {
  if (path === '') return 0;
  if (DATABASE.test(path)) return Number(path);
  throw new InvalidRedisUrl('has a database that is not a number, as /0 would be');
}

function parseCredentials(userInfo: string): Credentials {
  const [username = '', ...password] = userInfo.split(':');
  return credentials(decode(username), decode(password.join(':')));
}

function credentials(username: string | undefined, password: string | undefined): Credentials {
  return {
    ...(username === undefined || username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidRedisUrl('has a % that encodes nothing');
  }
}
