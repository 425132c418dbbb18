/** One client and the file it wants. */
export interface Holder {
  take(): Promise<void>;
  /** Changes the content while it holds the lock; once that is answered it is durable. */
  put(): Promise<void>;
  give(): Promise<void>;
}

/** A way to lock and change files. */
export interface LockService {
  readonly name: string;
  /** Where this process runs, which is the client, so that all have as many processors. */
  readonly clients: 'server' | 'load';
  /** A client; those of the same file take turns. */
  holder(file: string): Promise<Holder>;
  /** How many changes so far show that two held a file at once; where contents have no versions, none. */
  doubleChanges?(): number;
}

/** 1 kB. */
export const CONTENT = 'x'.repeat(1_000);

/** Longer than any scenario. */
export const WAIT_MS = 600_000;
