import { fileURLToPath } from 'node:url';
import { docker } from './docker.js';
import { uniqueName } from './test-run.js';

// Compiled tests lie in dist/test/integration/support.
export const projectFolder = fileURLToPath(new URL('../../../../', import.meta.url));

export const REDIS_IMAGE = 'redis:8';
export const HAPROXY_IMAGE = 'haproxy:3.0';
export const PROMETHEUS_IMAGE = 'prom/prometheus:v2.53.3';

const IMAGE_VARIABLE = 'CANDADO_TEST_IMAGE';

/**
 * Builds the project's image once a run, unless CANDADO_TEST_IMAGE names one already. Not through
 * testcontainers, which takes an older image of the same name when a build fails, and does not say
 * why it failed.
 */
export const buildCandadoImage = async (): Promise<void> => {
  if (process.env[IMAGE_VARIABLE] !== undefined) return;
  const tag = uniqueName('image');
  await docker(['buildx', 'build', '--progress', 'plain', '--load', '--tag', tag, projectFolder]);
  process.env[IMAGE_VARIABLE] = tag;
};

/** @throws Error outside a run of the container suites */
export const candadoImage = (): string => {
  const image = process.env[IMAGE_VARIABLE];
  if (image === undefined) throw new Error('the container set-up has built no image');
  return image;
};
