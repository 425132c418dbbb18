import type { ChangeEvent } from '../../events/event-feed.js';
import type { Subscriptions } from '../../events/subscriber.js';
import { bulk, integer, NULL, type PushReply } from '../reply.js';

/** As Redis shapes what a subscriber gets. */

/** @param pattern the one that matched; undefined where the channel itself is subscribed */
export function eventMessage(event: ChangeEvent, pattern: string | undefined): PushReply {
  const { topic, message } = event;
  return pattern === undefined
    ? push('message', topic, message)
    : push('pmessage', pattern, topic, message);
}

/**
 * One channel or pattern was subscribed, or ended; with how many there are now.
 * @param what as it was sent; undefined where there was nothing to end
 */
export function confirmation(
  kind: string,
  what: string | Buffer | undefined,
  { count }: Subscriptions,
): PushReply {
  const items = [bulk(kind), what === undefined ? NULL : bulk(what), integer(count)];
  return { kind: 'push', items };
}

function push(...texts: readonly string[]): PushReply {
  return { kind: 'push', items: texts.map(bulk) };
}
