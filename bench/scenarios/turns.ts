import { candadoService } from '../locking/candado-service.js';
import { etcdIfThere } from '../locking/etcd-service.js';
import type { LockService } from '../locking/holder.js';
import { redisQueue } from '../locking/redis-recipe.js';
import { type Turns, takeTurns } from '../locking/turns.js';
import { warmUp } from '../locking/warm-up.js';
import { interleaved } from '../parts/rounds.js';
import type { Stage } from '../parts/stage.js';
import { median } from '../parts/statistics.js';
import type { Figure, Scenario } from '../scenario.js';

const FILE = 'by-turns.txt';
const CLIENTS = 64;
const [SECONDS, ROUNDS] = [4, 5];
const [QUICK_SECONDS, QUICK_ROUNDS] = [1, 1];
const WARM_UP_MS = 500;

const QUEUE = 'BLPOP queue';
/** The lock is passed on by the change itself: nothing is given up between that and the next grant. */
const BY_PUT = 'Candado';
const BY_UNLOCK = 'Candado, UNLOCK apart';

const LEAST_BESIDE_QUEUE = 0.9;
const MOST_HAND_OFF = 2;
const MOST_OFF_MEAN = 0.1;

/** With fewer, one turn more or less is beyond that. */
const LEAST_JUDGED = 1 / MOST_OFF_MEAN;

export const turns: Scenario = {
  name: 'turns',
  shows: `the same with one file, on which ${CLIENTS} clients take turns: how often, how soon, how evenly`,
  quick: true,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis('load');
    const candado = await stage.candado({ REDIS_URL: redis.url }, { place: 'server' });
    const services = [
      candadoService(stage, BY_PUT, candado.port, 'by PUT'),
      candadoService(stage, BY_UNLOCK, candado.port, 'by UNLOCK'),
      await redisQueue(stage, redis.port),
      await etcdIfThere(stage),
    ].filter((service) => service !== undefined);
    await stage.move('load');
    await warmUp(stage, services);
    const [seconds, rounds] = stage.quick ? [QUICK_SECONDS, QUICK_ROUNDS] : [SECONDS, ROUNDS];
    const contests = await Promise.all(
      services.map(async (service) => {
        const holders = await Promise.all(
          Array.from({ length: CLIENTS }, () => service.holder(`${service.name}-${FILE}`)),
        );
        return async (): Promise<Turns> => {
          await stage.pins.move(service.clients);
          const options = { warmUpMs: WARM_UP_MS, oneFile: service.name !== BY_PUT };
          return await takeTurns(holders, seconds * 1_000, options);
        };
      }),
    );
    stage.say(`${services.map(({ name }) => name).join(', ')}, ${rounds} rounds`);
    const measured = await interleaved(rounds, contests);
    return services.flatMap((service, index) => [
      ...absolute(service, measured[index] ?? []),
      ...(service.name === QUEUE
        ? judged(measured[0] ?? [], measured[1] ?? [], measured[index] ?? [])
        : []),
    ]);
  },
};

function absolute(service: LockService, rounds: readonly Turns[]): Figure[] {
  const { name } = service;
  const share = (of: (each: readonly number[]) => number) =>
    median(rounds.map(({ each }) => of(each) / mean(each)));
  const figures: Figure[] = [
    { what: `${name}: turns`, value: rate(rounds), unit: '/s' },
    { what: `${name}: fewest turns of a client, of the mean`, value: share(least), unit: '×' },
    { what: `${name}: most turns of a client, of the mean`, value: share(most), unit: '×' },
  ];
  const [fewest, greatest] = figures.slice(1);
  const isOurs = name.startsWith('Candado');
  const judgeable = rounds.every(({ each }) => mean(each) >= LEAST_JUDGED);
  if (fewest !== undefined && greatest !== undefined && isOurs && judgeable) {
    figures[1] = { ...fewest, atLeast: 1 - MOST_OFF_MEAN };
    figures[2] = { ...greatest, atMost: 1 + MOST_OFF_MEAN };
  }
  const grants = rounds.reduce((sum, round) => sum + round.doubleGrants, 0);
  const doubles = grants + (service.doubleChanges?.() ?? 0);
  const limit = isOurs ? { atMost: 0 } : {};
  figures.push({ what: `${name}: double grants`, value: doubles, unit: '', ...limit });
  if (name !== BY_PUT)
    figures.push({ what: `${name}: hand-off, median`, value: handOff(rounds), unit: 'ms' });
  return figures;
}

function judged(
  put: readonly Turns[],
  unlock: readonly Turns[],
  queue: readonly Turns[],
): Figure[] {
  const often = rate(put) / rate(queue);
  const soon = handOff(unlock) / handOff(queue);
  return [
    {
      ...{ what: `turns: Candado beside ${QUEUE}`, value: often, unit: '×', faster: often },
      atLeast: LEAST_BESIDE_QUEUE,
    },
    {
      ...{ what: `hand-off: Candado beside ${QUEUE}`, value: soon, unit: '×', faster: 1 / soon },
      atMost: MOST_HAND_OFF,
    },
  ];
}

const rate = (rounds: readonly Turns[]): number => median(rounds.map((each) => each.perSecond));
const handOff = (rounds: readonly Turns[]): number =>
  median(rounds.map(({ handOffsMs }) => median(handOffsMs)));
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const least = (numbers: readonly number[]): number => Math.min(...numbers);
const most = (numbers: readonly number[]): number => Math.max(...numbers);
