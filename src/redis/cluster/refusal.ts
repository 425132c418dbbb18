import { ReplyError } from 'ioredis';
import type { ServerAddress } from '../url/servers.js';
import { SLOTS } from './slot.js';

/** Why a server of a cluster did not execute a command that can be sent again. */
export type Refusal =
  /** The slot belongs to another server; `ask`: just this once, for it is on its way there. */
  | { readonly kind: 'moved' | 'ask'; readonly slot: number; readonly server: ServerAddress }
  /** The slot is on its way, and the keys of the command are not all on one server. */
  | { readonly kind: 'later' };

/**
 * What `MOVED slot host:port`, `ASK slot host:port` or `TRYAGAIN` says; undefined for any other
 * error (Redis cluster specification, "Redirection and resharding").
 * @param host of the server that said so: it is meant where no host is named
 */
export function readRefusal(error: unknown, host: string): Refusal | undefined {
  if (!(error instanceof ReplyError)) return undefined;
  const { message } = error as Error;
  if (message.startsWith('TRYAGAIN ')) return { kind: 'later' };
  const parts = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(message);
  if (parts === null) return undefined;
  const [, kind, slot, theirHost = '', port] = parts;
  if (Number(slot) >= SLOTS) return undefined;
  return {
    kind: kind === 'MOVED' ? 'moved' : 'ask',
    slot: Number(slot),
    server: { host: theirHost || host, port: Number(port) },
  };
}
