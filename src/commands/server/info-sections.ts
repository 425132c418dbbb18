import type { BuildInfo } from '../build-info.js';
import type { CommandTally } from '../command-tally.js';
import type { ConnectionHandle } from '../context.js';

/** The Redis whose commands and replies clients may count on; they judge by this number. */
export const REDIS_VERSION = '7.0.0';

/** What the sections of `INFO` are made from, at one moment. */
export interface InfoFacts {
  readonly build: BuildInfo;
  readonly tally: CommandTally;
  readonly asking: ConnectionHandle;
  readonly connections: number;
  readonly uptimeSeconds: number;
  readonly epochMicros: number;
  /** Bytes. */
  readonly memory: { readonly used: number; readonly resident: number };
}

type Fields = Readonly<Record<string, string | number>>;

/**
 * By lower-case name, in the order in which they are shown. Field names are Redis's where it has
 * the same fact; clients look for `redis_version`, `loading` and `role`.
 */
export const INFO_SECTIONS: Readonly<Record<string, (facts: InfoFacts) => Fields>> = {
  server: (facts) => ({
    redis_version: REDIS_VERSION,
    candado_version: facts.build.version,
    redis_mode: 'standalone',
    os: `${process.platform} ${process.arch}`,
    node_version: process.versions.node,
    process_id: process.pid,
    tcp_port: portOf(facts.asking.localAddress),
    server_time_usec: facts.epochMicros,
    uptime_in_seconds: facts.uptimeSeconds,
    uptime_in_days: Math.floor(facts.uptimeSeconds / 86_400),
  }),
  clients: (facts) => ({ connected_clients: facts.connections }),
  memory: ({ memory }) => ({
    used_memory: memory.used,
    used_memory_human: mebibytes(memory.used),
    used_memory_rss: memory.resident,
    used_memory_rss_human: mebibytes(memory.resident),
  }),
  persistence: () => ({ loading: 0 }),
  stats: ({ tally }) => ({
    total_commands_processed: tally.commands,
    total_error_replies: tally.errors,
  }),
  replication: () => ({ role: 'master', connected_slaves: 0 }),
};

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)}M`;
}
