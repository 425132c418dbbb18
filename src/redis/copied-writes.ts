import type { Redis } from 'ioredis';

/** The most writes that one `WAIT` covers; more wait for the next. */
const MAX_GROUP = 1_000;

export interface CopiedReply {
  readonly reply: unknown;
  /** How many replicas of Redis are known to have what was written. */
  readonly replicas: number;
}

interface Write {
  readonly command: () => Promise<unknown>;
  readonly done: (reply: Promise<unknown>, replicas: Promise<number>) => void;
}

/**
 * Writes on a connection of their own, each answered when replicas have it. `WAIT` covers what its
 * own connection wrote, and holds that connection up; so writes that come meanwhile are sent
 * together afterwards, and one `WAIT` is for all of them.
 */
export class CopiedWrites {
  readonly #writes: Write[] = [];
  #working = false;

  /** @param waitMs how long replicas may take; then it is said how many had it by then */
  constructor(
    private readonly client: Redis,
    private readonly replicas: number,
    private readonly waitMs: number,
  ) {}

  async run(command: () => Promise<unknown>): Promise<CopiedReply> {
    const copied = new Promise<CopiedReply>((resolve, reject) => {
      const done: Write['done'] = (reply, replicas) => {
        Promise.all([reply, replicas]).then(
          ([answer, count]) => resolve({ reply: answer, replicas: count }),
          reject,
        );
      };
      this.#writes.push({ command, done });
    });
    void this.#work();
    return await copied;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#writes.length > 0) {
      const group = this.#writes.splice(0, MAX_GROUP);
      const replies = group.map(({ command }) => command());
      const replicas = this.client.wait(this.replicas, this.waitMs);
      group.forEach(({ done }, index) => {
        done(replies[index] ?? Promise.resolve(), replicas);
      });
      await replicas.catch(() => undefined);
    }
    this.#working = false;
  }
}
