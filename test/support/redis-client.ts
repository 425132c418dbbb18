import { Redis } from 'ioredis';

/** A Redis client library as users have it, pointed at Candado; it does not reconnect by itself. */
export function redisClient(host: string, port: number): Redis {
  const client = new Redis({
    host,
    port,
    protocol: 2,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // Without a listener a broken connection is printed; each command's own error says it as well.
  client.on('error', () => undefined);
  return client;
}

/** The upper-case code with which a command was refused; throws if it was not. */
export async function refusal(reply: Promise<unknown>): Promise<string> {
  let answered: unknown;
  try {
    answered = await reply;
  } catch (error) {
    return error instanceof Error ? (error.message.split(' ')[0] ?? '') : String(error);
  }
  throw new Error(`not refused, but answered ${JSON.stringify(answered)}`);
}

/** A record of RESP2, its fields and values in turn, as an object. */
export function fieldsOf(flat: unknown): Readonly<Record<string, unknown>> {
  if (!Array.isArray(flat)) throw new Error(`not a record: ${JSON.stringify(flat)}`);
  const fields: Record<string, unknown> = {};
  for (let at = 0; at < flat.length; at += 2) fields[String(flat[at])] = flat[at + 1];
  return fields;
}
