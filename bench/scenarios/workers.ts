import { candado } from '../../test/support/candado-process.js';
import { scaling } from '../parts/scaling.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

export const workers: Scenario = {
  name: 'workers',
  shows: 'one replica with two workers beside one without, where this build has workers',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const { out } = await candado(['serve', '--help']);
    if (!out.includes('--workers')) {
      stage.say('this build has no WORKERS');
      return [];
    }
    const redis = await stage.redis();
    const two = await stage.candado({ REDIS_URL: redis.url, WORKERS: '2' });
    const one = await stage.candado({ REDIS_URL: redis.url });
    return await scaling(stage, [
      { name: 'two workers', ports: [two.port] },
      { name: 'one', ports: [one.port] },
    ]);
  },
};
