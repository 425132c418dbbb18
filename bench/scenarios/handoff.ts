import type { RespConnection } from '../parts/resp-connection.js';
import { RoundTrips } from '../parts/round-trips.js';
import type { Stage } from '../parts/stage.js';
import { median, percentile } from '../parts/statistics.js';
import type { Figure, Scenario } from '../scenario.js';

const FILE = 'contended.txt';
const CLIENTS = 64;
const SECONDS = 10;
const QUICK_SECONDS = 4;

/** Before anything counts, so that code is compiled and the queue is full. */
const WARM_UP_MS = 1_000;

const MOST_ROUND_TRIPS = 5;

export const handoff: Scenario = {
  name: 'handoff',
  shows: `how soon a lock passes to the next of ${CLIENTS} clients that wait on two replicas`,
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const replicas = await Promise.all([1, 2].map(() => stage.candado({ REDIS_URL: redis.url })));
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        stage.connect(replicas[index % replicas.length]?.port ?? 0),
      ),
    );
    await clients[0]?.call('LOCK', FILE);
    await clients[0]?.call('PUT', FILE, 'content');
    const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
    stage.say(`${CLIENTS} clients take turns for ${seconds} s`);
    const contest = new Contest(clients, seconds * 1_000);
    const roundTrips = new RoundTrips(redis.port);
    await contest.run();
    const roundTripsMs = await roundTrips.stop();
    const { handOffsMs, turns } = contest;
    const roundTripMs = median(roundTripsMs);
    return [
      { what: 'a script in Redis meanwhile, median', value: roundTripMs, unit: 'ms' },
      { what: 'UNLOCK sent to next grant, median', value: median(handOffsMs), unit: 'ms' },
      { what: 'UNLOCK sent to next grant, p99', value: percentile(handOffsMs, 0.99), unit: 'ms' },
      {
        ...{ what: 'hand-off in such round trips', value: median(handOffsMs) / roundTripMs },
        ...{ unit: '×', atMost: MOST_ROUND_TRIPS },
      },
      { what: 'turns', value: handOffsMs.length / seconds, unit: '/s' },
      { what: 'fewest turns of a client', value: Math.min(...turns), unit: '' },
      { what: 'most turns of a client', value: Math.max(...turns), unit: '' },
    ];
  },
};

/** All lock the same file, over and over, and give it up as soon as they have it. */
class Contest {
  readonly handOffsMs: number[] = [];
  readonly turns: number[];
  #givenUpMs: number | undefined;
  #over = false;
  #counting = false;

  constructor(
    private readonly clients: readonly RespConnection[],
    private readonly forMs: number,
  ) {
    this.turns = clients.map(() => 0);
  }

  async run(): Promise<void> {
    setTimeout(() => {
      this.#counting = true;
    }, WARM_UP_MS);
    setTimeout(() => {
      this.#over = true;
    }, WARM_UP_MS + this.forMs);
    await Promise.all(this.clients.map((client, index) => this.#takeTurns(client, index)));
  }

  async #takeTurns(client: RespConnection, index: number): Promise<void> {
    while (!this.#over) {
      await client.call('LOCK', FILE, 'WAIT', '60000');
      const grantedMs = performance.now();
      if (this.#counting && this.#givenUpMs !== undefined) {
        this.handOffsMs.push(grantedMs - this.#givenUpMs);
        this.turns[index] = (this.turns[index] ?? 0) + 1;
      }
      this.#givenUpMs = performance.now();
      await client.call('UNLOCK', FILE);
    }
  }
}
