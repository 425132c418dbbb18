import type { ChildProcess } from 'node:child_process';

/** What passes between a cluster and its workers beneath Node's documented surface. */
interface ClusterMessage {
  readonly cmd?: unknown;
  readonly act?: unknown;
  readonly seq?: unknown;
  readonly ack?: unknown;
}

interface Handle {
  close(): void;
}

/**
 * Closes connections that were on their way to a worker when it ended. Node keeps them open in the
 * primary for ever: clients of a worker that hung and was killed would wait for nothing. In a Node
 * whose messages changed nothing is recognised, and nothing closed.
 */
export function closeUndelivered(worker: ChildProcess): void {
  const onTheirWay = new Map<unknown, Handle>();
  const { send } = worker;
  worker.send = (...args: unknown[]): boolean => {
    const [message, handle] = args;
    const { act, seq } = clusterMessage(message);
    if (act === 'newconn' && isHandle(handle)) onTheirWay.set(seq, handle);
    return Reflect.apply(send, worker, args);
  };
  worker.on('internalMessage', (message: unknown) => {
    onTheirWay.delete(clusterMessage(message).ack);
  });
  worker.once('exit', () => {
    for (const handle of onTheirWay.values()) handle.close();
  });
}

function clusterMessage(message: unknown): ClusterMessage {
  const isObject = typeof message === 'object' && message !== null;
  const said: ClusterMessage = isObject ? message : {};
  return said.cmd === 'NODE_CLUSTER' ? said : {};
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'close' in value;
}
