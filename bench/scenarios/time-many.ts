import { compared } from '../parts/comparison.js';
import type { Stage } from '../parts/stage.js';
import {
  candadoAndFloor,
  FLOOR,
  REDIS,
  redisIfThere,
  TIME,
  type TimeServer,
} from '../parts/time-contenders.js';
import type { Figure, Scenario } from '../scenario.js';

const CONNECTIONS = 50;
const PIPELINE = 16;
const REQUESTS = 500_000;
const QUICK_REQUESTS = 20_000;
const ROUNDS = 5;
const QUICK_ROUNDS = 3;
const WARM_UP = 20_000;

/** Pipelined requests take so much less. */
const PIPELINED_TIMES = 4;

const LEAST_BESIDE_REDIS = 0.97;
const LEAST_BESIDE_FLOOR = 1;

export const timeMany: Scenario = {
  name: 'time-many',
  shows: `TIME on ${CONNECTIONS} connections, one by one and ${PIPELINE} at once, on two cores`,
  quick: true,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const load = await stage.load();
    const servers = [...(await candadoAndFloor(stage)), await redisIfThere(stage)].filter(
      (server) => server !== undefined,
    );
    const rate = async (server: TimeServer, requests: number, pipeline: number) => {
      const { seconds } = await load.run({
        ...{ ports: [server.port], connections: CONNECTIONS, pipeline, requests },
        ...{ request: TIME, reply: server.reply, place: 'load' },
      });
      return requests / seconds;
    };
    for (const server of servers)
      for (const pipeline of [1, PIPELINE]) await rate(server, WARM_UP, pipeline);

    const requests = stage.quick ? QUICK_REQUESTS : REQUESTS;
    const at = (pipeline: number, limits: Readonly<Record<string, Partial<Figure>>>) =>
      compared(stage, {
        what: `TIME, ${CONNECTIONS} connections${pipeline === 1 ? '' : `, ${pipeline} at once`}`,
        ...{ unit: '/s', better: 'more', rounds: stage.quick ? QUICK_ROUNDS : ROUNDS, limits },
        contenders: servers.map((server) => ({
          name: server.name,
          measure: () =>
            rate(server, pipeline === 1 ? requests : requests * PIPELINED_TIMES, pipeline),
        })),
      });
    return [
      ...(await at(1, { [REDIS]: { atLeast: LEAST_BESIDE_REDIS } })),
      ...(await at(PIPELINE, { [FLOOR]: { atLeast: LEAST_BESIDE_FLOOR } })),
    ];
  },
};
