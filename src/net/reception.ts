import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.js';
import type { DialectName } from '../dialects/dialect.js';
import type { Log } from '../telemetry/log.js';
import type { RejectionReason } from './connection-observer.js';
import { PROXY_HEADER_MS } from './limits.js';
import { joined, readProxyHeader } from './proxy-header.js';
import type { TrustedNetworks } from './trusted-networks.js';

const RESP_FIRST_BYTE = 0x2a; // "*"
const TLS_FIRST_BYTE = 0x16; // a handshake record, RFC 8446, section 5.1

export interface ReceptionRules {
  readonly proxyProtocol: 'off' | 'v1' | 'v2';
  readonly trusted: TrustedNetworks;
}

export interface Arrival {
  readonly dialect: DialectName;
  readonly remoteAddress: string;
  /** What was read beyond a PROXY header; never empty. */
  readonly firstBytes: Buffer;
}

/** What becomes of a reception: one of them, once. */
export interface ReceptionEvents {
  arrived(arrival: Arrival): void;
  rejected(reason: RejectionReason): void;
}

const noTimer = (): void => undefined;

/**
 * The first bytes of a connection: the PROXY header, if one is required, then the byte that
 * chooses the dialect.
 */
export class Reception {
  #received: Buffer = Buffer.alloc(0);
  #remoteAddress: string;
  #headerWanted: boolean;
  #over = false;
  readonly #cancelTimer: () => void;

  constructor(
    private readonly socket: Socket,
    private readonly rules: ReceptionRules,
    clock: Clock,
    private readonly log: Log,
    private readonly events: ReceptionEvents,
  ) {
    this.#remoteAddress = joined(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    this.#headerWanted = rules.proxyProtocol !== 'off';
    this.#cancelTimer = this.#headerWanted
      ? clock.after(PROXY_HEADER_MS, () => {
          if (this.#headerWanted) this.#reject('proxy', 'sent no PROXY header in time');
        })
      : noTimer;
    if (this.#headerWanted && !rules.trusted.includes(socket.remoteAddress ?? '')) {
      this.#reject('proxy', 'is not among TRUSTED_PROXIES');
    }
  }

  /** The socket is closed. */
  cancel(): void {
    this.#cancelTimer();
  }

  feed(bytes: Buffer): void {
    if (this.#over) return;
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    if (this.#headerWanted && !this.#readHeader()) return;
    const [first] = this.#received;
    if (first === undefined) return;
    if (first === TLS_FIRST_BYTE) {
      this.#reject('tls', 'began a TLS handshake, but this port speaks plain TCP');
      return;
    }
    this.#over = true;
    this.events.arrived({
      dialect: first === RESP_FIRST_BYTE ? 'resp' : 'text',
      remoteAddress: this.#remoteAddress,
      firstBytes: this.#received,
    });
  }

  /** @returns whether the header is whole and good */
  #readHeader(): boolean {
    if (this.rules.proxyProtocol === 'off') return true;
    const header = readProxyHeader(this.rules.proxyProtocol, this.#received);
    if (header.state === 'partial') return false;
    if (header.state === 'bad') {
      this.#reject('proxy', `sent a bad PROXY header: ${header.problem}`);
      return false;
    }
    this.#headerWanted = false;
    this.#cancelTimer();
    this.#received = this.#received.subarray(header.length);
    if (header.source !== undefined) this.#remoteAddress = header.source;
    return true;
  }

  #reject(reason: RejectionReason, why: string): void {
    this.#over = true;
    this.#headerWanted = false;
    this.#cancelTimer();
    this.log.warn('connection.rejected', 'A connection is refused', {
      reason,
      why: `the peer ${why}`,
      remote: this.#remoteAddress,
    });
    this.events.rejected(reason);
    this.socket.destroy();
  }
}
