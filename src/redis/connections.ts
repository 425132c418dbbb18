import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.js';
import type { Log } from '../telemetry/log.js';
import { ClusterServers, type ClusterWatch } from './cluster/cluster-servers.js';
import { Roaming } from './cluster/roaming.js';
import { OneServer } from './one-server.js';
import type { RedisLinkOptions } from './options.js';
import { accessTo, sentinelOptions, serverOptions } from './redis-access.js';
import { RedisConnection } from './redis-connection.js';
import { warnOfEviction } from './server-check.js';
import type { Servers, ServersWatch } from './servers.js';
import { parseRedisUrl } from './url/redis-url.js';

export interface LinkEvents {
  readonly commandsChanged: (up: boolean) => void;
  readonly confirmationsChanged: (up: boolean) => void;
  readonly messagesChanged: (up: boolean) => void;
}

/** All connections of one process. */
export interface Connections {
  readonly commands: Servers;
  /** For writes that replicas must confirm; absent where none must. */
  readonly confirmations: Servers | undefined;
  readonly messages: RedisConnection;
}

/** @throws {InvalidRedisUrl}, {InvalidAuthorities} */
export function makeConnections(
  options: RedisLinkOptions,
  clock: Clock,
  log: Log,
  events: LinkEvents,
): Connections {
  const target = parseRedisUrl(options.url);
  const commands: ServersWatch = {
    role: 'commands',
    log,
    changed: events.commandsChanged,
    connected: (client: Redis) => void warnOfEviction(client, log),
  };
  const confirmations: ServersWatch = {
    role: 'confirmations',
    log,
    changed: events.confirmationsChanged,
  };
  const isConfirming = options.minReplicas > 0;
  const messages = { role: 'messages', log, changed: events.messagesChanged } as const;
  const access = accessTo(target, options);
  const { timeoutMs } = options;

  if (target.kind === 'cluster') {
    const roaming = new Roaming(access, target.servers);
    const roamer = new RedisConnection(roaming.options, timeoutMs, messages);
    const servers = (watch: ClusterWatch): Servers =>
      new ClusterServers(target.servers, access, clock, watch);
    const learned: ClusterWatch['learned'] = ({ members }) => {
      if (roaming.learn(members)) roamer.reconnect();
    };
    return {
      commands: servers({ ...commands, learned }),
      confirmations: isConfirming ? servers(confirmations) : undefined,
      messages: roamer,
    };
  }

  const where =
    target.kind === 'sentinel'
      ? sentinelOptions(access, target)
      : { ...serverOptions(access, target.server), db: target.db };
  return {
    commands: new OneServer(where, timeoutMs, commands),
    confirmations: isConfirming ? new OneServer(where, timeoutMs, confirmations) : undefined,
    messages: new RedisConnection(where, timeoutMs, messages),
  };
}
