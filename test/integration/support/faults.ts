import { docker } from './docker.js';

/** Freezes every process of a container: it keeps its connections and answers nothing. */
export const pause = async (id: string): Promise<void> => {
  await docker(['pause', id]);
};

export const unpause = async (id: string): Promise<void> => {
  await docker(['unpause', id]);
};

/** Ends a container as a power cut would: no signal handler runs. */
export const killHard = async (id: string): Promise<void> => {
  await docker(['kill', '--signal', 'KILL', id]);
};

/**
 * Sends SIGTERM and waits for the end.
 * @returns the exit code
 */
export const terminate = async (id: string): Promise<number> => {
  await docker(['kill', '--signal', 'TERM', id]);
  return Number(await docker(['wait', id]));
};

/**
 * Cuts a container off its network. Its clients see a time-out or a refusal: expect either. After
 * `reconnect` its published ports may be others.
 */
export const cutOff = async (id: string, network: string): Promise<void> => {
  await docker(['network', 'disconnect', '--force', network, id]);
};

export const reconnect = async (
  id: string,
  network: string,
  aliases: readonly string[],
): Promise<void> => {
  const named = aliases.flatMap((alias) => ['--alias', alias]);
  await docker(['network', 'connect', ...named, network, id]);
};

/** The host port where a container's port is published now, on the loopback address. */
export const publishedPort = async (id: string, port: number): Promise<number> => {
  const [first = ''] = (await docker(['port', id, `${port}/tcp`])).split('\n');
  return Number(first.slice(first.lastIndexOf(':') + 1));
};
