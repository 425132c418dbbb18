import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Kind } from './kind.js';
import { count } from './quantities.js';

/** More than any machine has processors for; each costs some 80 MB and connections to Redis. */
const MOST_WORKERS = 256;

const number = count(1, MOST_WORKERS);

/** `auto`: as many as this process may use processors at the same time. */
export const workerCount: Kind<number> = {
  allowed: `${number.allowed}, or auto: one for each processor`,
  schema: z
    .string()
    .transform((text) => (text === 'auto' ? auto() : text))
    .pipe(number.schema),
};

function auto(): string {
  return String(Math.min(availableParallelism(), MOST_WORKERS));
}
