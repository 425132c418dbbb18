import { expect } from 'chai';
import { TrustedNetworks } from '../../src/net/trusted-networks.js';

describe('TrustedNetworks', () => {
  const networks = new TrustedNetworks(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

  it('includes addresses of its networks, also IPv4 ones on IPv6 sockets', () => {
    for (const address of ['10.1.2.3', '192.0.2.7', 'fd00::1', '::ffff:10.1.2.3']) {
      expect(networks.includes(address), address).to.equal(true);
    }
  });

  it('includes nothing else', () => {
    for (const address of ['11.0.0.1', '192.0.2.8', 'fe80::1', '::1', '']) {
      expect(networks.includes(address), address).to.equal(false);
    }
    expect(new TrustedNetworks([]).includes('127.0.0.1')).to.equal(false);
  });
});
