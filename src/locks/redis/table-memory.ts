import type { Log } from '../../telemetry/log.js';

/**
 * Finds out that Redis lost its memory: a random key, written by whoever comes first, is another
 * one than before. What has to be told to the new table is then told, once for all who ask
 * meanwhile.
 */
export class TableMemory {
  #epoch: string | undefined;
  #recovering: Promise<void> | undefined;
  #recoveries = 0;

  /** @param recover tells the new table what the old one knew */
  constructor(
    private readonly readEpoch: () => Promise<string>,
    private readonly recover: () => Promise<void>,
    private readonly log: Log,
  ) {}

  /** How often the table has been told anew; who sees it rise asks again. */
  get recoveries(): number {
    return this.#recoveries;
  }

  /**
   * After this the table knows what this replica holds and waits for.
   * @throws {LockTableUnavailable}; the next check tries again
   */
  async check(): Promise<void> {
    const epoch = await this.readEpoch();
    if (this.#recovering === undefined && epoch !== this.#epoch) {
      if (this.#epoch === undefined) {
        this.#epoch = epoch;
        return;
      }
      this.#recovering = this.#tellAnew(epoch).finally(() => {
        this.#recovering = undefined;
      });
    }
    await this.#recovering;
  }

  async #tellAnew(epoch: string): Promise<void> {
    this.log.warn('redis.forgot', 'Redis lost its memory; leases and waits are announced again');
    await this.recover();
    this.#epoch = epoch;
    this.#recoveries += 1;
  }
}
