import type { Config } from './config.js';
import { SETTINGS } from './settings.js';

/** Values that are right by themselves but not together. */
export interface Clash {
  /** The setting to change. */
  readonly key: keyof Config;
  readonly fault: string;
  readonly allowed: string;
  /** A value that would do. */
  readonly example: string;
}

/** @param config what could be read of it; a check whose values are missing is left out */
export function clashes(config: Partial<Config>): readonly Clash[] {
  return [
    samePort(config),
    headersFromNobody(config),
    neverQuiet(config),
    unusedAuthorities(config),
    copiesOfNothing(config),
  ].filter((clash) => clash !== undefined);
}

function samePort({ port, httpPort }: Partial<Config>): Clash | undefined {
  if (port === undefined || port === 0 || port !== httpPort) return undefined;
  return {
    key: 'httpPort',
    fault: `${port} is PORT, too`,
    allowed: 'another port than PORT, or 0',
    example: port === 9780 ? '9781' : '9780',
  };
}

function headersFromNobody({ proxyProtocol, trustedProxies }: Partial<Config>): Clash | undefined {
  if (proxyProtocol === undefined || proxyProtocol === 'off') return undefined;
  if (trustedProxies === undefined || trustedProxies.length > 0) return undefined;
  return {
    key: 'trustedProxies',
    fault: `none are named, but PROXY_PROTOCOL is ${proxyProtocol}: every connection would be refused`,
    allowed: 'the networks of the load balancer',
    example: SETTINGS.trustedProxies.example,
  };
}

function neverQuiet({ textQuietMs, idleTimeoutMs }: Partial<Config>): Clash | undefined {
  if (textQuietMs === undefined || idleTimeoutMs === undefined) return undefined;
  if (textQuietMs < idleTimeoutMs) return undefined;
  return {
    key: 'textQuietMs',
    fault: `${textQuietMs} ms is not less than IDLE_TIMEOUT_MS (${idleTimeoutMs} ms): text would be cut off before it is whole`,
    allowed: 'less than IDLE_TIMEOUT_MS',
    example: String(Math.ceil(idleTimeoutMs / 2)),
  };
}

function unusedAuthorities(config: Partial<Config>): Clash | undefined {
  if (config.redisTlsCa === undefined || !('redisUrl' in config)) return undefined;
  if (config.redisUrl?.startsWith('rediss') === true) return undefined;
  return {
    key: 'redisUrl',
    fault: 'is not encrypted, but REDIS_TLS_CA is given',
    allowed: 'rediss://, rediss+sentinel:// or rediss+cluster://',
    example: SETTINGS.redisUrl.example,
  };
}

function copiesOfNothing(config: Partial<Config>): Clash | undefined {
  if ((config.redisMinReplicas ?? 0) === 0 || !('redisUrl' in config)) return undefined;
  if (config.redisUrl !== undefined) return undefined;
  return {
    key: 'redisMinReplicas',
    fault: 'is more than 0, but there is no REDIS_URL: locks are kept in this one process',
    allowed: '0, or a REDIS_URL beside it',
    example: '0',
  };
}
