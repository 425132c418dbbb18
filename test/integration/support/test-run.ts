import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { docker, lines } from './docker.js';

/**
 * Everything that a test run starts on the engine bears the run's prefix in its name, with the host
 * and the process that it belongs to. So one run never touches what another, still living one uses,
 * and the next run finds what a crashed one left. It does the work of testcontainers' own cleaner,
 * which is an image that cannot be had everywhere.
 */
const FAMILY = `candado-test-${hostname()
  .toLowerCase()
  .replace(/[^a-z0-9]/g, '')}-`;
const RUN_VARIABLE = 'CANDADO_TEST_RUN';

/** Declares this process, whose children may be parallel test workers, the owner of the run. */
export const beginRun = (): void => {
  process.env[RUN_VARIABLE] = String(process.pid);
};

const run = (): string => process.env[RUN_VARIABLE] ?? String(process.pid);

/** A name that no other container, network, volume or project has. */
export const uniqueName = (purpose: string): string =>
  `${FAMILY}${run()}-${purpose}-${randomBytes(4).toString('hex')}`;

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const isOurs = (name: string): boolean => name.startsWith(`${FAMILY}${run()}-`);

const isLeftOver = (name: string): boolean => {
  if (!name.startsWith(FAMILY)) return false;
  const owner = Number.parseInt(name.slice(FAMILY.length), 10);
  return Number.isInteger(owner) && !lives(owner);
};

const named = async (list: readonly string[], format: string): Promise<string[]> =>
  lines(await docker([...list, '--format', format]));

const remove = async (chosen: (name: string) => boolean): Promise<void> => {
  const containers = (await named(['ps', '--all'], '{{.Names}}')).filter(chosen);
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers]);
  const networks = (await named(['network', 'ls'], '{{.Name}}')).filter(chosen);
  if (networks.length > 0) await docker(['network', 'rm', ...networks]);
  const volumes = (await named(['volume', 'ls'], '{{.Name}}')).filter(chosen);
  if (volumes.length > 0) await docker(['volume', 'rm', ...volumes]);
  const images = (await named(['image', 'ls'], '{{.Repository}}')).filter(chosen);
  if (images.length > 0) await docker(['rmi', ...new Set(images)]);
};

/** Removes what crashed runs of this host left behind. */
export const removeLeftOvers = (): Promise<void> => remove(isLeftOver);

/** Removes all that this run started. */
export const endRun = (): Promise<void> => remove(isOurs);
