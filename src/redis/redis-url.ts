import { isIP } from 'node:net';

const DEFAULT_PORT = 6379;

/** Where Redis is and how to sign in there; `tls` where the connection is encrypted. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername?: string };
}

/** The configured address of Redis cannot be used; start-up ends. */
export class InvalidRedisUrl extends Error {
  override readonly name = 'InvalidRedisUrl';
  readonly code = 'CONFIG';
}

/** @throws {InvalidRedisUrl} it never quotes the URL, which may hold a password */
export function parseRedisUrl(url: string): RedisAddress {
  const parsed = URL.parse(url);
  if (parsed === null) {
    throw new InvalidRedisUrl('the Redis URL is no URL; write redis://host:6379');
  }
  const { protocol } = parsed;
  if (protocol === 'redis+sentinel:' || protocol === 'redis+cluster:') {
    throw new InvalidRedisUrl(
      `Redis URLs of the kind ${protocol}// are not supported yet; name one node with redis:// or rediss://`,
    );
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new InvalidRedisUrl(
      `Redis URLs begin with redis:// or rediss:// (TLS), not with ${protocol}`,
    );
  }
  if (parsed.hostname === '') throw new InvalidRedisUrl('the Redis URL names no host');
  if (parsed.search !== '' || parsed.hash !== '') {
    throw new InvalidRedisUrl('the Redis URL takes no parameters after "?" or "#"');
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    db: parseDatabase(parsed.pathname),
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(protocol === 'rediss:' ? { tls: isIP(host) ? {} : { servername: host } } : {}),
  };
}

function parseDatabase(path: string): number {
  if (path === '' || path === '/') return 0;
  if (/^\/\d{1,5}$/.test(path)) return Number(path.slice(1));
  throw new InvalidRedisUrl('after its host a Redis URL takes a database number only, as in /0');
}
