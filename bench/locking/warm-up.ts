import type { Stage } from '../parts/stage.js';
import type { LockService } from './holder.js';
import { takeTurns } from './turns.js';

const CLIENTS = 64;
const [SECONDS, QUICK_SECONDS] = [5, 0.5];

/**
 * Has each service lock and change files of their own until its code is compiled: what is measured is a
 * server that has been at work, and one client alone would take minutes to bring it there.
 */
export async function warmUp(stage: Stage, services: readonly LockService[]): Promise<void> {
  const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
  stage.say(`${services.map(({ name }) => name).join(', ')} warm up`);
  for (const service of services) {
    const files = Array.from({ length: CLIENTS }, (_, index) => `warm-up-${index}.txt`);
    const holders = await Promise.all(files.map((file) => service.holder(file)));
    await stage.pins.move(service.clients);
    await takeTurns(holders, seconds * 1_000);
  }
}
