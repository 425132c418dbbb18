import { ReplyError } from 'ioredis';
import type { ServerAddress } from '../url/servers.js';
import { SLOTS } from './slot.js';

/** Where a command that was not executed belongs. */
export interface Redirection {
  /** `ask`: just this once, for the slot is on its way. */
  readonly kind: 'moved' | 'ask';
  readonly slot: number;
  readonly server: ServerAddress;
}

/**
 * What `MOVED slot host:port` or `ASK slot host:port` says; undefined for any other error.
 * @param host of the server that said so: it is meant where no host is named
 */
export function redirection(error: unknown, host: string): Redirection | undefined {
  if (!(error instanceof ReplyError)) return undefined;
  const parts = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec((error as Error).message);
  if (parts === null) return undefined;
  const [, kind, slot, theirHost = '', port = ''] = parts;
  if (Number(slot) >= SLOTS) return undefined;
  const server = { host: theirHost || host, port: Number(port) };
  return { kind: kind === 'MOVED' ? 'moved' : 'ask', slot: Number(slot), server };
}
