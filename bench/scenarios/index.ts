import type { Scenario } from '../scenario.js';
import { balancer } from './balancer.js';
import { clocks } from './clocks.js';
import { getSmall } from './get-small.js';
import { handoff } from './handoff.js';
import { idleConnections } from './idle-connections.js';
import { idleWaiting } from './idle-waiting.js';
import { large } from './large.js';
import { lockedPut } from './locked-put.js';
import { memory } from './memory.js';
import { renewal } from './renewal.js';
import { replicas } from './replicas.js';
import { timeMany } from './time-many.js';
import { timeSequential } from './time-sequential.js';
import { tls } from './tls.js';
import { turns } from './turns.js';
import { workers } from './workers.js';

/** In the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [
  timeSequential,
  timeMany,
  clocks,
  lockedPut,
  turns,
  handoff,
  idleWaiting,
  renewal,
  memory,
  getSmall,
  large,
  idleConnections,
  balancer,
  tls,
  replicas,
  workers,
];
