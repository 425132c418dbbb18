/** What the session layer may be told by configuration. Times in milliseconds. */
export class SessionOptions {
  /**
   * @param leaseTtlMs length of a lease for which the client asked no TTL
   * @param graceMs how long a kept session outlives its connection
   */
  constructor(
    readonly leaseTtlMs: number,
    readonly graceMs: number,
  ) {}
}
