import { BlockList, isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import {
  FILES_URL_FORM,
  InvalidFilesUrl,
  parseFilesUrl,
  type S3Place,
} from '../files/url/files-url.js';
import { InvalidRedisUrl, parseRedisUrl, REDIS_URL_FORMS } from '../redis/url/redis-url.js';
import { type Kind, parsed } from './kind.js';

/** RFC 1123 §2.1, underscores allowed: container names have them. */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

export const host: Kind<string> = {
  allowed: 'an IP address (IPv6 without brackets) or a host name',
  schema: parsed((text) => (isIP(text) !== 0 || isHostName(text) ? text : undefined)),
};

/** A name of digits and dots only is an IP address with a mistake in it. */
function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
}

/** Networks in CIDR notation or single addresses, separated by commas; empty: none. */
export const networks: Kind<readonly string[]> = {
  allowed: 'networks such as 10.0.0.0/8 or fd00::/8, or single addresses, separated by commas',
  schema: z.string().transform((text, context): readonly string[] => {
    if (text === '') return [];
    const entries = text.split(',').map((entry) => entry.trim());
    const wrong = entries.filter((entry) => !isNetwork(entry));
    if (wrong.length === 0) return entries;
    const list = wrong.map((entry) => JSON.stringify(entry)).join(', ');
    context.addIssue({ code: 'custom', message: `is not allowed because of ${list}` });
    return z.NEVER;
  }),
};

function isNetwork(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false; // the prefix is longer than the address
  }
}

/** Where the lock table lives; empty: in memory. */
export const redisUrl: Kind<string | undefined> = {
  allowed: REDIS_URL_FORMS,
  schema: z.string().transform((text, context) => {
    if (text === '') return undefined;
    try {
      parseRedisUrl(text);
      return text;
    } catch (error) {
      if (!(error instanceof InvalidRedisUrl)) throw error;
      context.addIssue({ code: 'custom', message: error.fault });
      return z.NEVER;
    }
  }),
  // A URL with a mistake in it may have its password anywhere.
  show: (text) => `${scheme(text) ?? ''}(the rest is not shown: it may hold a password)`,
};

/** Where the files are, if not in a directory; empty: in a directory. */
export const filesUrl: Kind<S3Place | undefined> = {
  allowed: FILES_URL_FORM,
  schema: z.string().transform((text, context): S3Place | undefined => {
    if (text === '') return undefined;
    try {
      return parseFilesUrl(text);
    } catch (error) {
      if (!(error instanceof InvalidFilesUrl)) throw error;
      context.addIssue({ code: 'custom', message: error.faults.join(', and ') });
      return z.NEVER;
    }
  }),
  // Somebody may have put credentials into it.
  show: () => '(the URL is not shown: it may hold a secret)',
};

function scheme(text: string): string | undefined {
  return /^rediss?(\+(sentinel|cluster))?:\/\//.exec(text)?.[0];
}
