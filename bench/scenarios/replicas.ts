import { scaling } from '../parts/scaling.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

export const replicas: Scenario = {
  name: 'replicas',
  shows: 'two replicas beside one: TIME, and locked changes of files of their own',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const [first, second] = [
      await stage.candado({ REDIS_URL: redis.url }),
      await stage.candado({ REDIS_URL: redis.url }),
    ];
    return await scaling(stage, [
      { name: 'two replicas', ports: [first.port, second.port] },
      { name: 'one replica', ports: [first.port] },
    ]);
  },
};
