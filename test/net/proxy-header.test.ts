import { expect } from 'chai';
import fc from 'fast-check';
import { PROXY_V1_BYTES, PROXY_V2_BYTES } from '../../src/net/limits.js';
import { readProxyHeader } from '../../src/net/proxy-header.js';

const SIGNATURE = '0d0a0d0a000d0a515549540a';

function v2(command: number, family: number, rest: Buffer): Buffer {
  const fixed = Buffer.from(`${SIGNATURE}000000`, 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.length);
  return Buffer.concat([
    fixed.subarray(0, 12),
    Buffer.from([0x20 | command, family]),
    length,
    rest,
  ]);
}

const ipv4 = Buffer.from([10, 1, 2, 3, 10, 9, 9, 9, 0xc3, 0x50, 0x1a, 0x7c]);
const ipv6 = Buffer.from(`${'20010db8'}${'0'.repeat(23)}1${'0'.repeat(32)}c3501a7c`, 'hex');

describe('PROXY header', () => {
  const good = [
    {
      what: 'version 1, IPv4',
      version: 'v1',
      bytes: Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 50000 6780\r\n'),
      source: '192.0.2.7:50000',
    },
    {
      what: 'version 1, IPv6',
      version: 'v1',
      bytes: Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 50000 6780\r\n'),
      source: '[2001:db8::1]:50000',
    },
    {
      what: 'version 1, UNKNOWN',
      version: 'v1',
      bytes: Buffer.from('PROXY UNKNOWN\r\n'),
      source: undefined,
    },
    { what: 'version 2, IPv4', version: 'v2', bytes: v2(1, 0x11, ipv4), source: '10.1.2.3:50000' },
    {
      what: 'version 2, IPv6',
      version: 'v2',
      bytes: v2(1, 0x21, ipv6),
      source: '[2001:db8::1]:50000',
    },
    {
      what: 'version 2, IPv4 with extensions',
      version: 'v2',
      bytes: v2(1, 0x11, Buffer.concat([ipv4, Buffer.from([4, 0, 1, 0])])),
      source: '10.1.2.3:50000',
    },
    {
      what: 'version 2, LOCAL',
      version: 'v2',
      bytes: v2(0, 0, Buffer.alloc(0)),
      source: undefined,
    },
    {
      what: 'version 2, another family',
      version: 'v2',
      bytes: v2(1, 0x31, Buffer.alloc(216)),
      source: undefined,
    },
  ] as const;

  for (const { what, version, bytes, source } of good) {
    it(`reads ${what}, split anywhere`, () => {
      const whole = Buffer.concat([bytes, Buffer.from('TIME\n')]);
      for (let cut = 0; cut < bytes.length; cut++) {
        expect(readProxyHeader(version, whole.subarray(0, cut))).to.deep.equal({
          state: 'partial',
        });
      }
      expect(readProxyHeader(version, whole)).to.deep.equal({
        state: 'done',
        length: bytes.length,
        source,
      });
    });
  }

  const wrong = [
    ['v1', 'no header at all', Buffer.from('TIME\r\n')],
    ['v1', 'no end within the limit', Buffer.from(`PROXY TCP4 ${'1'.repeat(PROXY_V1_BYTES)}`)],
    ['v1', 'an address of the other family', Buffer.from('PROXY TCP4 ::1 ::1 1 2\r\n')],
    ['v1', 'a port over 65535', Buffer.from('PROXY TCP4 1.1.1.1 1.1.1.1 65536 2\r\n')],
    ['v1', 'a field too many', Buffer.from('PROXY TCP4 1.1.1.1 1.1.1.1 1 2 3\r\n')],
    ['v2', 'no header at all', Buffer.from('*1\r\n$4\r\nPING\r\n')],
    ['v2', 'a version other than 2', Buffer.from(`${SIGNATURE}11110000`, 'hex')],
    ['v2', 'an unknown command', Buffer.from(`${SIGNATURE}22110000`, 'hex')],
    ['v2', 'addresses cut short', v2(1, 0x11, ipv4.subarray(0, 11))],
    ['v2', 'IPv6 addresses cut short', v2(1, 0x21, ipv6.subarray(0, 35))],
    ['v2', 'more than the limit', v2(1, 0x11, Buffer.alloc(PROXY_V2_BYTES + 1))],
  ] as const;

  for (const [version, what, bytes] of wrong) {
    it(`refuses ${version} with ${what}`, () => {
      expect(readProxyHeader(version, bytes).state).to.equal('bad');
    });
  }

  it('takes a version 2 header of exactly the limit', () => {
    const rest = Buffer.concat([ipv4, Buffer.alloc(PROXY_V2_BYTES - ipv4.length)]);
    expect(readProxyHeader('v2', v2(1, 0x11, rest)).state).to.equal('done');
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('v1', 'v2'),
        fc.uint8Array({ maxLength: 300 }),
        (version, raw) => {
          const prefix = version === 'v1' ? Buffer.from('PROXY ') : Buffer.from(SIGNATURE, 'hex');
          readProxyHeader(version, Buffer.from(raw));
          readProxyHeader(version, Buffer.concat([prefix, raw]));
        },
      ),
    );
  });
});
