import { MAX_S3_CONTENT_BYTES } from '../files/url/files-url.js';
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

/**
 * @param config what could be read of it; a check whose values are missing is left out
 * @param given which settings were given, and are not defaults
 */
export function clashes(
  config: Partial<Config>,
  given: ReadonlySet<keyof Config>,
): readonly Clash[] {
  return [
    twoPlaces(config, given),
    tooManyParts(config),
    samePort(config),
    headersFromNobody(config),
    neverQuiet(config),
    unusedAuthorities(config),
    copiesOfNothing(config),
    severalMemories(config),
  ].filter((clash) => clash !== undefined);
}

function twoPlaces(
  { filesUrl }: Partial<Config>,
  given: ReadonlySet<keyof Config>,
): Clash | undefined {
  if (filesUrl === undefined || !given.has('filesRoot')) return undefined;
  return {
    key: 'filesRoot',
    fault: 'is given, but so is FILES_URL: files are kept in one place',
    allowed: 'one of the two; an empty value counts as not given, also where an image gives one',
    example: '',
  };
}

function tooManyParts({ filesUrl, maxFileBytes }: Partial<Config>): Clash | undefined {
  if (filesUrl === undefined || maxFileBytes === undefined) return undefined;
  if (maxFileBytes <= MAX_S3_CONTENT_BYTES) return undefined;
  return {
    key: 'maxFileBytes',
    fault: `${maxFileBytes} is more than fits into the parts of an upload to FILES_URL`,
    allowed: `at most ${MAX_S3_CONTENT_BYTES} (48 GiB) with FILES_URL`,
    example: '78GiB',
  };
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

function severalMemories(config: Partial<Config>): Clash | undefined {
  const { workers, redisUrl } = config;
  if (workers === undefined || workers === 1 || !('redisUrl' in config)) return undefined;
  if (redisUrl !== undefined) return undefined;
  return {
    key: 'workers',
    fault: `makes ${workers} processes, but there is no REDIS_URL: each would have locks of its own in memory`,
    allowed: '1, or a REDIS_URL beside it',
    example: '1',
  };
}
