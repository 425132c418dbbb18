import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectFolder } from './images.js';

/** No engine, plugin or image can be had; the message is one sentence saying why. */
export class NoContainersError extends Error {
  readonly code = 'NO_CONTAINERS';
}

/**
 * Makes sure that a Docker engine answers and has the images that the suites start.
 * @throws NoContainersError
 */
export const ensureContainers = async (): Promise<void> => {
  const script = join(projectFolder, 'scripts/containers/ensure.sh');
  const child = spawn('bash', [script], { stdio: ['ignore', 'inherit', 'pipe'] });
  let last = 'its set-up script printed nothing';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    last =
      text
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^containers: /, '') ?? last;
  });
  const [code] = await once(child, 'close');
  if (code === 0) return;
  throw new NoContainersError(`The container suites cannot run: ${last}`);
};
