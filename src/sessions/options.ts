/** What the session layer may be told by configuration. */
export class SessionOptions {
  /** @param leaseTtlMs length of a lease for which the client asked no TTL, in milliseconds */
  constructor(readonly leaseTtlMs: number) {}
}
