import { isIP } from 'node:net';

/** Where a server listens. */
export interface ServerAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** More would be a mistake; each is tried in turn when none answers. */
const MAX_SERVERS = 100;

/** Whatever a resolver may know; a name of digits and dots only is an address with a mistake. */
const HOST_NAME = /^(?![\d.]+$)[\w.-]{1,253}$/;

/** `host[:port],host[:port]…`; undefined where it is not. */
export function parseServers(
  text: string,
  defaultPort: number,
): readonly ServerAddress[] | undefined {
  const entries = text.split(',');
  if (entries.length > MAX_SERVERS) return undefined;
  const servers = entries.map((entry) => parseServer(entry, defaultPort));
  const parsed = servers.filter((server) => server !== undefined);
  return parsed.length === servers.length ? parsed : undefined;
}

/** As it is written in lists and known by: `host:port`, IPv6 in brackets. */
export function addressText({ host, port }: ServerAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parseServer(text: string, defaultPort: number): ServerAddress | undefined {
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, bracketed, plain = '', digits] = parts;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined;
  return isIP(plain) === 4 || HOST_NAME.test(plain) ? { host: plain, port } : undefined;
}
