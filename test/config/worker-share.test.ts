import { expect } from 'chai';
import { loadConfig } from '../../src/config/load-config.js';
import { workerShare } from '../../src/config/worker-share.js';

describe('The share of one worker', () => {
  const shareOf = (workers: string): unknown => {
    const env = { WORKERS: workers, MAX_CONNECTIONS: '10', REDIS_URL: 'redis://a' };
    const { maxConnections, ...others } = workerShare(loadConfig(env, {}));
    const { maxConnections: all, ...same } = loadConfig(env, {});
    expect([all, others]).to.deep.equal([10, same]);
    return maxConnections;
  };

  it('is its part of all connections, rounded up, and everything else', () => {
    expect([shareOf('1'), shareOf('2'), shareOf('3'), shareOf('20')]).to.deep.equal([10, 5, 4, 1]);
  });
});
