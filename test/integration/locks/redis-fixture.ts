import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock/clock.js';
import { SystemClock } from '../../../src/clock/system-clock.js';
import {
  RedisLockTable,
  RedisLockTableOptions,
} from '../../../src/locks/redis/redis-lock-table.js';
import { RedisTableEpoch } from '../../../src/locks/redis/redis-table-epoch.js';
import { TableMemory } from '../../../src/locks/redis/table-memory.js';
import { TableObserver } from '../../../src/locks/table-observer.js';
import { RedisLink, RedisLinkOptions } from '../../../src/redis/redis-link.js';
import { RecordingLog } from '../../support/recording-log.js';

export class RecordingTableObserver extends TableObserver {
  readonly reached: boolean[] = [];
  readonly scripts: { script: string; ok: boolean }[] = [];
  readonly offsets: { offsetSeconds: number; boundSeconds: number }[] = [];
  reconnects = 0;
  onScript: (script: string) => void = () => undefined;

  override reachable(up: boolean): void {
    this.reached.push(up);
  }

  override reconnected(): void {
    this.reconnects += 1;
  }

  override scriptRan(script: string, _seconds: number, ok: boolean): void {
    this.scripts.push({ script, ok });
    this.onScript(script);
  }

  override clockMeasured(offsetSeconds: number, boundSeconds: number): void {
    this.offsets.push({ offsetSeconds, boundSeconds });
  }
}

export interface Replica {
  readonly link: RedisLink;
  readonly memory: TableMemory;
  readonly table: RedisLockTable;
  readonly log: RecordingLog;
  readonly observer: RecordingTableObserver;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  readonly url: string;
  readonly keyPrefix?: string;
  readonly timeoutMs?: number;
  readonly tlsCaFile?: string;
  readonly minReplicas?: number;
  readonly provisionalMs?: number;
  readonly replicaId?: string;
  readonly clock?: Clock;
}

/** One more process as far as Redis can tell. */
export const makeReplica = ({
  url,
  timeoutMs = 2_000,
  tlsCaFile,
  minReplicas = 0,
  clock = new SystemClock(),
  ...options
}: ReplicaOptions): Replica => {
  const log = new RecordingLog();
  const observer = new RecordingTableObserver();
  const link = new RedisLink(
    new RedisLinkOptions({ url, timeoutMs, tlsCaFile, minReplicas }),
    clock,
    log,
  );
  const settings = new RedisLockTableOptions({ replicaId: randomUUID(), ...options });
  const memory = new TableMemory(new RedisTableEpoch(settings, link), clock, log);
  const table = new RedisLockTable(settings, link, memory, clock, log, observer);
  return {
    link,
    memory,
    table,
    log,
    observer,
    open: async () => {
      await table.open();
      await link.open();
    },
    close: async () => {
      await table.close();
      await link.close();
    },
  };
};

export const uniquePrefix = (): string => `test:${randomUUID()}:`;
