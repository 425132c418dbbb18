import type { Subscribers } from '../../events/subscribers.js';
import type { CommandContext, ConnectionHandle } from '../context.js';
import { failure, many, type Reply } from '../reply.js';
import { MAX_SUBSCRIPTIONS } from './limits.js';
import { confirmation } from './messages.js';
import type { Topics } from './topics.js';

const CUT_OFF = failure(
  'UNAVAILABLE',
  'the events of other replicas do not come through now, so nothing was subscribed; try again',
);

/**
 * Subscribes a connection to all of `args`, or to none.
 * @throws {Refusal}
 */
export function subscribing(
  subscribers: Subscribers,
  { connection }: CommandContext,
  topics: Topics,
  args: readonly Buffer[],
): Reply | Promise<Reply> {
  const wanted = args.map((bytes) => topics.read(bytes));
  const confirmed = subscribers.whenHearing(
    () =>
      tooMany(connection, topics, wanted) ?? subscribeAll(subscribers, connection, topics, wanted),
    connection.signal,
  );
  return confirmed instanceof Promise ? confirmed.then((reply) => reply ?? CUT_OFF) : confirmed;
}

/** Ends what `args` name, or all of that kind where there are none. */
export function unsubscribing(
  subscribers: Subscribers,
  { connection }: CommandContext,
  topics: Topics,
  args: readonly Buffer[],
): Reply {
  const { subscriptions } = connection;
  const ended = args.length > 0 ? args : [...topics.of(subscriptions)];
  if (ended.length === 0) return many([confirmation(topics.ended, undefined, subscriptions)]);
  return many(
    ended.map((topic) => {
      topics.remove(subscribers, connection, topic.toString());
      return confirmation(topics.ended, topic, subscriptions);
    }),
  );
}

function subscribeAll(
  subscribers: Subscribers,
  connection: ConnectionHandle,
  topics: Topics,
  wanted: readonly string[],
): Reply {
  return many(
    wanted.map((topic) => {
      topics.add(subscribers, connection, topic);
      return confirmation(topics.begun, topic, connection.subscriptions);
    }),
  );
}

function tooMany(
  { subscriptions }: ConnectionHandle,
  topics: Topics,
  wanted: readonly string[],
): Reply | undefined {
  const had = topics.of(subscriptions);
  const all = new Set([...had, ...wanted]);
  const total = subscriptions.count - had.size + all.size;
  let bytes = 0;
  for (const topic of all) bytes += Buffer.byteLength(topic);
  if (all.size <= topics.most && total <= MAX_SUBSCRIPTIONS && bytes <= topics.mostBytes) {
    return undefined;
  }
  return failure(
    'BUSY',
    `a connection can ${topics.begun} to at most ${topics.most}, of ${topics.mostBytes} bytes together, and have ${MAX_SUBSCRIPTIONS} subscriptions; nothing was subscribed: end some, or connect once more`,
  );
}
