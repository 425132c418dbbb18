import { LockTableUnavailable } from '../errors.js';
import type { LockRequest } from '../lock-table.js';
import type { CircleStep, GrantId, SessionId } from '../model.js';
import type { KeptWait } from '../session-records.js';
import type { Obstacle } from './replies.js';

/** The most names that one search looks at, one script each; what lies further off is not found. */
const MAX_NAMES = 64;

/** The most sessions that one search asks what they wait for: readers of a file may be many. */
const MAX_SESSIONS = 256;

/** What a search asks of the table. */
export interface CircleSteps {
  /** Says what a session waits for, so that others' searches find it. */
  leaveHint(session: SessionId, wait: KeptWait, forMs: number): Promise<void>;
  hintOf(session: SessionId): Promise<KeptWait | undefined>;
  /** Nobody, if `waiting` is given and does not wait for it any more. */
  holders(name: string, waiting?: GrantId): Promise<readonly Obstacle[]>;
}

interface Path {
  readonly wait: KeptWait;
  readonly steps: readonly CircleStep[];
}

/**
 * Finds sessions that would wait for each other for ever: from a name to its holders, to what they
 * wait for, to its holders, and so on. Each leaves its hint before it searches, so that of those who
 * close a circle at the same moment at least one sees it.
 */
export class CircleSearch {
  constructor(private readonly steps: CircleSteps) {}

  /** Says what this request waits for, and for how long. */
  async leaveHint({ session, name, grantId }: LockRequest, waitMs: number): Promise<void> {
    await this.steps.leaveHint(session, { name, grantId }, waitMs);
  }

  /**
   * The circle that a request which waits has closed, beginning with it. Where the table does not
   * answer none is found: then the waits end by their time-outs.
   */
  async closedBy(request: LockRequest): Promise<readonly CircleStep[] | undefined> {
    try {
      await this.leaveHint(request, request.waitMs);
      return await this.#search(request);
    } catch (error) {
      if (error instanceof LockTableUnavailable) return undefined;
      throw error;
    }
  }

  async #search(request: LockRequest): Promise<readonly CircleStep[] | undefined> {
    const { session: own, holder, address, name, grantId } = request;
    const seen = new Set<SessionId>();
    const first = { session: own, holder, address, name };
    const paths: Path[] = [{ wait: { name, grantId }, steps: [first] }];
    for (let at = 0; at < Math.min(paths.length, MAX_NAMES); at++) {
      const path = paths[at];
      if (path === undefined) break;
      const obstacles = await this.steps.holders(path.wait.name, path.wait.grantId);
      // What it holds already of the very name it asks for does not stand in its way.
      if (at > 0 && obstacles.some(({ session }) => session === own)) return path.steps;
      const others = obstacles.filter(({ session }) => session !== own && !seen.has(session));
      const asked = others.slice(0, MAX_SESSIONS - seen.size);
      for (const { session } of asked) seen.add(session);
      paths.push(...(await this.#follow(path, asked)));
    }
    return undefined;
  }

  async #follow({ steps }: Path, obstacles: readonly Obstacle[]): Promise<readonly Path[]> {
    const hints = await Promise.all(obstacles.map(({ session }) => this.steps.hintOf(session)));
    return obstacles.flatMap((obstacle, index): Path[] => {
      const wait = hints[index];
      return wait === undefined
        ? []
        : [{ wait, steps: [...steps, { ...obstacle, name: wait.name }] }];
    });
  }
}
