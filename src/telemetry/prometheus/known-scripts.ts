/** The Redis scripts that are timed by name; all others are `unknown`. */
export class KnownScripts {
  constructor(readonly names: readonly string[]) {}
}
