/**
 * What tells one memory of Redis from another that began later: a random value, kept in Redis by
 * whoever comes first.
 */
export abstract class TableEpoch {
  /** @throws {LockTableUnavailable} */
  abstract read(): Promise<string>;

  /** Tells the other replicas to look at once. A hint: may be lost, and never throws. */
  abstract tellChanged(): void;

  /**
   * Another replica found that it changed.
   * @returns ends the listening
   */
  abstract onChanged(listener: () => void): () => void;
}
