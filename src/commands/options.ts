/** What commands may be told by configuration. */
export class CommandOptions {
  /** @param allowRemoteShutdown whether `BYE` stops the whole process */
  constructor(readonly allowRemoteShutdown: boolean) {}
}
