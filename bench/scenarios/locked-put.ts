import { candadoService } from '../locking/candado-service.js';
import { etcdIfThere } from '../locking/etcd-service.js';
import type { Holder, LockService } from '../locking/holder.js';
import { redisRecipe } from '../locking/redis-recipe.js';
import { takeTurns } from '../locking/turns.js';
import { warmUp } from '../locking/warm-up.js';
import { compared } from '../parts/comparison.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const CLIENTS = [1, 8, 64] as const;
const [SECONDS, ROUNDS] = [2, 5];
const [QUICK_SECONDS, QUICK_ROUNDS] = [0.4, 2];
const LEAST_BESIDE_RECIPE = 0.9;

export const lockedPut: Scenario = {
  name: 'locked-put',
  shows: 'lock a file of its own, change it durably, unlock it: 1, 8 and 64 clients',
  quick: true,

  async run(stage: Stage): Promise<readonly Figure[]> {
    // Whoever writes files has a processor, and Redis has the other one.
    const redis = await stage.redis('load');
    const candado = await stage.candado({ REDIS_URL: redis.url }, { place: 'server' });
    const services = [
      candadoService(stage, 'Candado', candado.port, 'by PUT'),
      await redisRecipe(stage, redis.port),
      await etcdIfThere(stage),
    ].filter((service) => service !== undefined);
    await stage.move('load');
    await warmUp(stage, services);
    const [seconds, rounds] = stage.quick ? [QUICK_SECONDS, QUICK_ROUNDS] : [SECONDS, ROUNDS];
    const figures: Figure[] = [];
    for (const clients of CLIENTS) {
      const contenders = await Promise.all(
        services.map(async (service) => {
          const holders = await holdersOf(service, clients);
          const measure = async (): Promise<number> => {
            await stage.pins.move(service.clients);
            return (await takeTurns(holders, seconds * 1_000)).perSecond;
          };
          await measure();
          return { name: service.name, measure };
        }),
      );
      const compare = await compared(stage, {
        what: `${clients} ${clients === 1 ? 'client' : 'clients'}`,
        ...{ unit: '/s', better: 'more', rounds, contenders },
        limits: { 'Redis recipe': { atLeast: LEAST_BESIDE_RECIPE } },
      });
      figures.push(...compare);
    }
    const doubles = services[0]?.doubleChanges?.() ?? Number.NaN;
    return [...figures, { what: 'double grants', value: doubles, unit: '', atMost: 0 }];
  },
};

function holdersOf(service: LockService, clients: number): Promise<Holder[]> {
  return Promise.all(
    Array.from({ length: clients }, (_, index) => service.holder(`of-${clients}-${index}.txt`)),
  );
}
