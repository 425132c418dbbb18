/** Which Candado this is. */
export class BuildInfo {
  /** @param version of the package, as in its manifest */
  constructor(readonly version: string) {}
}
