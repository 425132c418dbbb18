import { isIP } from 'node:net';
import { PROXY_V1_BYTES, PROXY_V2_BYTES } from './limits.js';

export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly state: 'partial' }
  | { readonly state: 'bad'; readonly problem: string }
  /** `source` is undefined where the proxy speaks for itself (health checks: LOCAL, UNKNOWN). */
  | { readonly state: 'done'; readonly length: number; readonly source: string | undefined };

const PARTIAL: ProxyHeader = { state: 'partial' };
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_BYTES = 16;

const bad = (problem: string): ProxyHeader => ({ state: 'bad', problem });

/**
 * Reads a PROXY protocol header at the start of `bytes`.
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt sections 2.1 and 2.2
 */
export function readProxyHeader(version: 'v1' | 'v2', bytes: Buffer): ProxyHeader {
  return version === 'v1' ? readV1(bytes) : readV2(bytes);
}

function readV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, PROXY_V1_BYTES).indexOf('\r\n');
  const start = 'PROXY ';
  const seen = bytes.toString('latin1', 0, Math.min(bytes.length, start.length));
  if (!start.startsWith(seen)) return bad('it does not begin with "PROXY "');
  if (end < 0) return bytes.length < PROXY_V1_BYTES ? PARTIAL : bad('its line does not end');
  const fields = bytes.toString('latin1', 0, end).split(' ');
  const length = end + 2;
  if (fields[1] === 'UNKNOWN') return { state: 'done', length, source: undefined };
  const [, family, sourceAddress, destinationAddress, sourcePort, destinationPort] = fields;
  const wanted = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0;
  if (wanted === 0 || fields.length !== 6) return bad('its fields are not those of TCP4 or TCP6');
  if (isIP(sourceAddress ?? '') !== wanted || isIP(destinationAddress ?? '') !== wanted) {
    return bad(`its addresses are not those of ${family}`);
  }
  if (!isPort(sourcePort) || !isPort(destinationPort)) return bad('its ports are not ports');
  return { state: 'done', length, source: joined(sourceAddress ?? '', Number(sourcePort)) };
}

function readV2(bytes: Buffer): ProxyHeader {
  const seen = Math.min(bytes.length, V2_SIGNATURE.length);
  if (bytes.compare(V2_SIGNATURE, 0, seen, 0, seen) !== 0) return bad('its signature is wrong');
  if (bytes.length < V2_FIXED_BYTES) return PARTIAL;
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const rest = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2) return bad('its version is not 2');
  const command = versionAndCommand & 0x0f;
  if (command > 1) return bad('its command is neither LOCAL nor PROXY');
  if (rest > PROXY_V2_BYTES) return bad(`it is longer than ${PROXY_V2_BYTES} bytes`);
  const length = V2_FIXED_BYTES + rest;
  if (bytes.length < length) return PARTIAL;
  if (command === 0) return { state: 'done', length, source: undefined };
  if (family === 0x11) {
    if (rest < 12) return bad('its IPv4 addresses are cut short');
    const address = [...bytes.subarray(16, 20)].join('.');
    return { state: 'done', length, source: joined(address, bytes.readUInt16BE(24)) };
  }
  if (family === 0x21) {
    if (rest < 36) return bad('its IPv6 addresses are cut short');
    return { state: 'done', length, source: joined(ipv6(bytes), bytes.readUInt16BE(48)) };
  }
  // Other families (UDP, UNIX, UNSPEC) carry nothing that a TCP service could use.
  return { state: 'done', length, source: undefined };
}

function ipv6(bytes: Buffer): string {
  const groups: string[] = [];
  for (let at = 16; at < 32; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/** `address:port`, with brackets around an IPv6 address. */
export function joined(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
