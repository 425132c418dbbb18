export interface RedisLinkSettings {
  /** Any kind of Redis URL, as {@link parseRedisUrl} reads it. */
  readonly url: string;
  /** How long Redis may take to answer one command, in milliseconds. */
  readonly timeoutMs: number;
  /** PEM file: only servers whose certificates these authorities signed are trusted. */
  readonly tlsCaFile?: string | undefined;
  /** How many replicas of Redis must have a grant before it is told. Default 0: nobody asks them. */
  readonly minReplicas?: number;
}

/** What the connections to Redis may be told by configuration. */
export class RedisLinkOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly tlsCaFile: string | undefined;
  readonly minReplicas: number;

  constructor(settings: RedisLinkSettings) {
    this.url = settings.url;
    this.timeoutMs = settings.timeoutMs;
    this.tlsCaFile = settings.tlsCaFile;
    this.minReplicas = settings.minReplicas ?? 0;
  }
}
