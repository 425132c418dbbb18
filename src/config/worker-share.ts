import type { Config } from './config.js';

/** What one worker of several has to keep to, so that all of them together keep to `config`. */
export function workerShare(config: Config): Config {
  return { ...config, maxConnections: Math.ceil(config.maxConnections / config.workers) };
}
