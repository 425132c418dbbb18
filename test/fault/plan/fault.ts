/** What is done to whom. */
export const FAULT_KINDS = [
  /** SIGKILL, and a start after `lastsMs`. */
  'kill-replica',
  /** SIGTERM, and a start once it has ended. */
  'restart-replica',
  /** SIGSTOP, for shorter or longer than a lease. */
  'pause-replica',
  /** The wall clock of a replica steps by `amount` seconds, and back. */
  'step-clock',
  /** One replica and Redis lose each other. */
  'cut-redis',
  /** One replica and its clients lose each other. */
  'cut-clients',
  /** Connections of clients break in the middle of a reply. */
  'drop-mid-reply',
  'pause-redis',
  /** SIGKILL of the master, which comes back; without its memory where `amount` is 1. */
  'kill-redis',
  'empty-redis',
  /** The master is killed and its follower takes over; `amount` ms of writes did not reach it. */
  'fail-over',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** How two sides lose each other. */
export type Loss =
  /** Connections are reset, new ones refused. */
  | 'reset'
  /** Nothing passes; what was sent meanwhile arrives afterwards. */
  | 'late'
  /** Nothing passes, and the connections that were open break afterwards. */
  | 'silent';

export const LOSSES: readonly Loss[] = ['reset', 'late', 'silent'];

export interface Fault {
  readonly kind: FaultKind;
  /** From the beginning of the run. */
  readonly atMs: number;
  readonly lastsMs: number;
  /** Its number, from 0; -1 where no replica in particular is meant. */
  readonly replica: number;
  /** See {@link FAULT_KINDS}; 0 where it means nothing. */
  readonly amount: number;
  readonly loss: Loss;
}

/** One line of a log. */
export function describeFault(fault: Fault): string {
  const { kind, lastsMs, replica, amount, loss } = fault;
  const parts: string[] = [kind];
  if (replica >= 0) parts.push(`of replica ${replica}`);
  if (lastsMs > 0) parts.push(`for ${lastsMs} ms`);
  if (kind.startsWith('cut-')) parts.push(`(${loss})`);
  if (kind === 'step-clock') parts.push(`by ${amount} s`);
  if (kind === 'kill-redis') parts.push(amount === 1 ? 'without its memory' : 'with its memory');
  if (kind === 'fail-over') parts.push(`that lacks the writes of the last ${amount} ms`);
  return parts.join(' ');
}
