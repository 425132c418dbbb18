import type { TextProfile } from '../dialects/text/profile.js';

/** What the network layer may be told by configuration. Times in milliseconds. */
export class NetOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
  /** Whether the next request is looked for before this process sleeps. */
  readonly busyPoll: boolean;
  readonly maxFileBytes: number;
  readonly maxTextBytes: number;
  readonly textProfile: TextProfile;
  readonly textQuietMs: number;
  readonly proxyProtocol: 'off' | 'v1' | 'v2';
  readonly trustedProxies: readonly string[];

  constructor(options: NetOptions) {
    this.host = options.host;
    this.port = options.port;
    this.maxConnections = options.maxConnections;
    this.idleTimeoutMs = options.idleTimeoutMs;
    this.busyPoll = options.busyPoll;
    this.maxFileBytes = options.maxFileBytes;
    this.maxTextBytes = options.maxTextBytes;
    this.textProfile = options.textProfile;
    this.textQuietMs = options.textQuietMs;
    this.proxyProtocol = options.proxyProtocol;
    this.trustedProxies = options.trustedProxies;
  }
}
