/** Scrapers and probes are few; beyond this somebody is holding connections open. */
export const MAX_HTTP_CONNECTIONS = 100;

/** A request is a line and some headers: more time only helps those who hold connections open. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** How often Node looks for requests over their time: they are cut at most a fifth late. */
export const CHECKS_PER_TIMEOUT = 5;

/** Longer than the usual interval of probes would keep a connection for each of them. */
export const KEEP_ALIVE_MS = 5_000;

/** A reader of metrics that takes nothing for so long is cut. */
export const SOCKET_IDLE_MS = 10_000;

/** No scraper sends more; Node's own limit is twice that. */
export const MAX_HEADER_BYTES = 8 * 1024;

/** How long answers under way may take once the endpoint is closed. */
export const CLOSE_GRACE_MS = 1_000;

/** Where the HTTP endpoint listens; port 0 picks a free one. */
export class HttpOptions {
  constructor(
    readonly host: string,
    readonly port: number,
    readonly requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
  ) {}
}
