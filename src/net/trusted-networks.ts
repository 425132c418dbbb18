import { BlockList, isIPv6 } from 'node:net';

/** Networks in CIDR notation, or single addresses. */
export class TrustedNetworks {
  readonly #list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** An IPv4 address that arrived on an IPv6 socket (`::ffff:…`) counts as IPv4, too. */
  includes(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    return this.#list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  }
}
