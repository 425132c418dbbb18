import { scaling } from '../parts/scaling.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

export const workers: Scenario = {
  name: 'workers',
  shows: 'two workers of one service beside one: TIME, and locked changes of files of their own',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const two = await stage.candado({ REDIS_URL: redis.url, WORKERS: '2' });
    const one = await stage.candado({ REDIS_URL: redis.url });
    return await scaling(stage, [
      { name: 'two workers', ports: [two.port] },
      { name: 'one', ports: [one.port] },
    ]);
  },
};
