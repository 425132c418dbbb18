export interface RedisLinkSettings {
  /** `redis://` or `rediss://`, with user, password and database number where needed. */
  readonly url: string;
  /** How long Redis may take to answer one command, in milliseconds. */
  readonly timeoutMs: number;
}

/** What the connections to Redis may be told by configuration. */
export class RedisLinkOptions {
  readonly url: string;
  readonly timeoutMs: number;

  constructor(settings: RedisLinkSettings) {
    this.url = settings.url;
    this.timeoutMs = settings.timeoutMs;
  }
}
