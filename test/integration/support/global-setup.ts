import { ensureContainers } from './engine.js';
import { buildCandadoImage } from './images.js';
import { startSharedRedis } from './redis.js';
import { beginRun, endRun, removeLeftOvers } from './test-run.js';

/** Once before all container suites; what it finds out reaches them by environment variables. */
export const mochaGlobalSetup = async (): Promise<void> => {
  await ensureContainers();
  // Its cleaner is an image of its own; test-run.ts cleans up instead.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  beginRun();
  await removeLeftOvers();
  const parts = await Promise.allSettled([buildCandadoImage(), startSharedRedis()]);
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed === undefined) return;
  // Mocha runs no teardown after a failed set-up.
  await endRun();
  throw failed.reason;
};

/** Once after them, also when some failed. */
export const mochaGlobalTeardown = (): Promise<void> => endRun();
