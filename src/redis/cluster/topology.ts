import { z } from 'zod';
import { addressText, type ServerAddress } from '../url/servers.js';
import { slotOf } from './slot.js';

/** First and last slot, then the servers that have them, the master first: `CLUSTER SLOTS`. */
const REPLY = z.array(
  z.tuple([z.int(), z.int()]).rest(z.tuple([z.string().nullable(), z.int()]).rest(z.unknown())),
);

/** What a server answers for one whose address it does not know. */
const UNKNOWN_HOST = '?';

/** Which server has which keys, as one of them told. Servers are known by {@link addressText}. */
export class Topology {
  readonly masters: ReadonlyMap<string, ServerAddress>;
  /** Masters and replicas. */
  readonly members: ReadonlyMap<string, ServerAddress>;
  readonly #owners: (string | undefined)[];

  private constructor(
    owners: (string | undefined)[],
    masters: ReadonlyMap<string, ServerAddress>,
    members: ReadonlyMap<string, ServerAddress>,
  ) {
    this.#owners = owners;
    this.masters = masters;
    this.members = members;
  }

  static unknown(): Topology {
    return new Topology([], new Map(), new Map());
  }

  /**
   * @param host of the server that answered: what it calls itself if it does not know better
   * @throws {z.ZodError} if it is no answer to `CLUSTER SLOTS`
   */
  static parse(reply: unknown, host: string): Topology {
    const owners: (string | undefined)[] = [];
    const masters = new Map<string, ServerAddress>();
    const members = new Map<string, ServerAddress>();
    for (const [first, last, ...servers] of REPLY.parse(reply)) {
      for (const [index, [theirHost, port]] of servers.entries()) {
        if (theirHost === UNKNOWN_HOST) continue;
        const address = { host: theirHost || host, port };
        const name = addressText(address);
        members.set(name, address);
        if (index > 0) continue;
        masters.set(name, address);
        for (let slot = first; slot <= last; slot++) owners[slot] = name;
      }
    }
    return new Topology(owners, masters, members);
  }

  ownerOf(slot: number): string | undefined {
    return this.#owners[slot];
  }

  /** A server said that the slot has moved there. */
  moved(slot: number, owner: string): void {
    this.#owners[slot] = owner;
  }

  /** A hash tag for each master, whose keys lie there. */
  tags(): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    const owning = new Set(this.#owners.filter((owner) => owner !== undefined));
    for (let tag = 0; tags.size < owning.size; tag++) {
      const owner = this.#owners[slotOf(String(tag))];
      if (owner !== undefined && !tags.has(owner)) tags.set(owner, String(tag));
    }
    return tags;
  }
}
