import type { S3Place } from '../files/url/files-url.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'auto' | 'json' | 'pretty';
export type Durability = 'fsync' | 'os';
export type PlainView = 'on' | 'off';
export type ProxyProtocol = 'off' | 'v1' | 'v2';
export type TextProfile = 'combined' | '1.1' | '1.2' | '1.3' | '2.1' | '2.2';

/** Everything that can be set, checked once at start and frozen. Sizes in bytes, times in ms. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly httpHost: string;
  readonly httpPort: number;
  /** Processes that serve clients; more than one need a Redis. */
  readonly workers: number;
  readonly filesRoot: string;
  /** Undefined: files are kept in `filesRoot`. */
  readonly filesUrl: S3Place | undefined;
  /** Undefined: locks are kept in memory, for this one process. */
  readonly redisUrl: string | undefined;
  readonly redisTimeoutMs: number;
  /** Path of a PEM file; undefined: the authorities that Node.js knows. */
  readonly redisTlsCa: string | undefined;
  readonly redisMinReplicas: number;
  readonly leaseTtlMs: number;
  readonly sessionGraceMs: number;
  readonly maxFileBytes: number;
  readonly maxTextBytes: number;
  readonly maxConnections: number;
  readonly busyPoll: boolean;
  readonly idleTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly keepVersions: number;
  /** 0: for ever. */
  readonly keepAgeMs: number;
  readonly verifyReads: boolean;
  readonly durability: Durability;
  readonly plainView: PlainView;
  readonly textProfile: TextProfile;
  readonly textQuietMs: number;
  readonly allowRemoteShutdown: boolean;
  readonly proxyProtocol: ProxyProtocol;
  /** Networks in CIDR notation, or single addresses, whose PROXY headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}
