import { injectable } from 'inversify';
import { ConnectionDirectory } from '../commands/connection-directory.js';
import type { ConnectionHandle } from '../commands/context.js';
import type { Connection } from './connection.js';

/** The open connections of this process. */
@injectable()
export class Connections extends ConnectionDirectory {
  readonly #open = new Map<number, Connection>();

  add(connection: Connection): void {
    this.#open.set(connection.id, connection);
  }

  remove(connection: Connection): void {
    this.#open.delete(connection.id);
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values();
  }

  override all(): Iterable<ConnectionHandle> {
    return this.#open.values();
  }

  override get(id: number): ConnectionHandle | undefined {
    return this.#open.get(id);
  }

  override unblock(id: number): boolean {
    return this.#open.get(id)?.unblock() ?? false;
  }
}
