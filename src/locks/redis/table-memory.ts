import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import { TableEpoch } from './table-epoch.js';

/**
 * How long a table that lost its memory, or its connections, may not know yet what replicas have to
 * tell it, in milliseconds: longer than any of them takes to come back to it.
 */
export const SETTLING_MS = 2_500;

type Retell = () => Promise<void>;

/**
 * Finds out that Redis lost its memory. What has to be told to the new table is then told, once for
 * all who ask meanwhile, and the other replicas look for themselves.
 */
@injectable()
export class TableMemory {
  readonly #lost = new Set<Retell>();
  readonly #doubted = new Set<Retell>();
  #epoch: string | undefined;
  #recovering: Promise<void> | undefined;
  #recoveries = 0;
  #settledAtMs = Number.POSITIVE_INFINITY;
  #stopListening: (() => void) | undefined;

  constructor(
    private readonly epochs: TableEpoch,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  open(): void {
    this.#stopListening = this.epochs.onChanged(() => void this.suspect());
  }

  close(): void {
    this.#stopListening?.();
  }

  /** How often the table has been told anew; who sees it rise asks again. */
  get recoveries(): number {
    return this.#recoveries;
  }

  /** Whether every replica has had the time to tell what a lost memory or connection swallowed. */
  get settled(): boolean {
    return this.clock.monotonicMs() >= this.#settledAtMs;
  }

  /**
   * The table knows nothing any more. Listeners are asked one after the other; one that throws is
   * asked again with the next check.
   * @returns ends the listening
   */
  onLost(retell: Retell): () => void {
    this.#lost.add(retell);
    return () => this.#lost.delete(retell);
  }

  /** The same, and also where only the last that was said may be lost: a connection was. */
  onDoubt(retell: Retell): () => void {
    this.#doubted.add(retell);
    return () => this.#doubted.delete(retell);
  }

  /**
   * After this the table knows what this replica holds and waits for.
   * @throws {LockTableUnavailable}; the next check tries again
   */
  async check(): Promise<void> {
    const epoch = await this.epochs.read();
    if (this.#recovering === undefined && epoch !== this.#epoch) {
      if (this.#epoch === undefined) {
        this.#epoch = epoch;
        this.#unsettle();
        return;
      }
      this.#recovering = this.#tellAnew(epoch).finally(() => {
        this.#recovering = undefined;
      });
    }
    await this.#recovering;
  }

  /** A connection was lost, and with it perhaps the last that was said. */
  async doubt(): Promise<void> {
    this.#unsettle();
    for (const retell of this.#doubted) await retell();
  }

  /** Something looks like a lost memory; what comes of it is nobody's concern here. */
  async suspect(): Promise<void> {
    try {
      await this.check();
    } catch (error) {
      if (error instanceof LockTableUnavailable) return; // the connection says that itself
      this.log.error('redis.retelling-failed', 'Redis could not be told anew what it forgot', {
        err: error,
      });
    }
  }

  async #tellAnew(epoch: string): Promise<void> {
    this.log.warn('redis.forgot', 'Redis lost its memory; leases and waits are announced again');
    this.epochs.tellChanged();
    for (const retell of this.#lost) await retell();
    await this.doubt();
    this.#epoch = epoch;
    this.#recoveries += 1;
  }

  #unsettle(): void {
    this.#settledAtMs = this.clock.monotonicMs() + SETTLING_MS;
  }
}
