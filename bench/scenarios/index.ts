import type { Scenario } from '../scenario.js';
import { handoff } from './handoff.js';
import { idleWaiting } from './idle-waiting.js';
import { large } from './large.js';
import { memory } from './memory.js';
import { renewal } from './renewal.js';
import { timeMany } from './time-many.js';
import { timeSequential } from './time-sequential.js';

/** In the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [
  timeSequential,
  timeMany,
  handoff,
  idleWaiting,
  renewal,
  memory,
  large,
];
