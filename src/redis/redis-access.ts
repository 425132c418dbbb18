import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { readAuthorities } from './authorities.js';
import type { RedisLinkOptions } from './options.js';
import type { Credentials, RedisTarget } from './url/redis-url.js';
import type { ServerAddress } from './url/servers.js';

/** How long to wait before the sentinels are asked once more when none answered, in milliseconds. */
const SENTINEL_RETRY_MS = 500;

/** What every connection to the servers behind one URL needs besides an address. */
export interface RedisAccess {
  readonly timeoutMs: number;
  readonly credentials: Credentials;
  readonly tls: { readonly ca?: string[] } | undefined;
}

/** @throws {InvalidAuthorities} */
export function accessTo(target: RedisTarget, options: RedisLinkOptions): RedisAccess {
  const { timeoutMs, tlsCaFile } = options;
  const trust = tlsCaFile === undefined ? {} : { ca: [...readAuthorities(tlsCaFile)] };
  return { timeoutMs, credentials: target.credentials, tls: target.tls ? trust : undefined };
}

/** For a connection to just this server. */
export function serverOptions(access: RedisAccess, { host, port }: ServerAddress): RedisOptions {
  // RFC 6066 §3: addresses are no server names.
  const name = isIP(host) === 0 ? { servername: host } : {};
  const tls = access.tls === undefined ? {} : { tls: { ...access.tls, ...name } };
  return { host, port, ...access.credentials, ...tls };
}

/** For a connection to whichever server the sentinels call the master at that time. */
export function sentinelOptions(
  access: RedisAccess,
  target: RedisTarget & { readonly kind: 'sentinel' },
): RedisOptions {
  const { username, password } = target.sentinelCredentials;
  return {
    sentinels: target.sentinels.map((sentinel) => ({ ...sentinel })),
    name: target.master,
    db: target.db,
    ...access.credentials,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(access.tls === undefined
      ? {}
      : { tls: access.tls, sentinelTLS: access.tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: access.timeoutMs,
    sentinelRetryStrategy: () => SENTINEL_RETRY_MS,
  };
}
