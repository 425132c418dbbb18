/** A command was not sent, for the server that it belongs to has no connection at the moment. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
  readonly code = 'UNAVAILABLE';

  constructor() {
    super('Redis cannot be reached');
  }
}
