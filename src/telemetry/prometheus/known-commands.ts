/** The commands that are counted by name; all others are `unknown`. */
export class KnownCommands {
  /** @param names upper-case */
  constructor(readonly names: readonly string[]) {}
}
