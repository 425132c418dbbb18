import { candadoService } from '../locking/candado-service.js';
import { takeTurns } from '../locking/turns.js';
import type { Figure } from '../scenario.js';
import { compared } from './comparison.js';
import type { Stage } from './stage.js';
import { timeRate } from './time-rate.js';

const CONNECTIONS = 50;
const PIPELINE = 16;
const [REQUESTS, QUICK_REQUESTS] = [1_000_000, 100_000];
const [SECONDS, QUICK_SECONDS] = [2, 0.5];
const [ROUNDS, QUICK_ROUNDS] = [5, 2];
const LOCKING = 64;

/** A service as clients see it. */
export interface Several {
  readonly name: string;
  /** Clients are spread over them. */
  readonly ports: readonly number[];
}

/** What more of the same process brings, for TIME and for locked changes; the system places all. */
export async function scaling(stage: Stage, several: readonly Several[]): Promise<Figure[]> {
  const load = await stage.load();
  const requests = stage.quick ? QUICK_REQUESTS : REQUESTS;
  const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
  const rounds = stage.quick ? QUICK_ROUNDS : ROUNDS;
  const times = several.map(({ name, ports }) => ({
    name,
    measure: () =>
      timeRate(load, {
        ...{ ports, connections: CONNECTIONS, pipeline: PIPELINE, requests, place: 'anywhere' },
      }),
  }));
  const puts = several.map(async ({ name, ports }) => {
    const services = ports.map((port) => candadoService(stage, name, port, 'by PUT'));
    const holders = await Promise.all(
      Array.from({ length: LOCKING }, async (_, index) => {
        const service = services[index % services.length];
        if (service === undefined) throw new RangeError(`${name} has no port`);
        return await service.holder(`${name}-${index}.txt`);
      }),
    );
    return {
      name,
      measure: async () => (await takeTurns(holders, seconds * 1_000)).perSecond,
    };
  });
  const contenders = await Promise.all(puts);
  for (const { measure } of [...times, ...contenders]) await measure();
  const common = { better: 'more', unit: '/s', rounds } as const;
  return [
    ...(await compared(stage, {
      ...{ ...common, what: `TIME, ${PIPELINE} at once`, contenders: times },
    })),
    ...(await compared(stage, { ...common, what: `${LOCKING} lock and PUT`, contenders })),
  ];
}
