import type { History } from '../history.js';
import { checkTokens, checkWriters } from './exclusion.js';
import { checkOrder } from './order.js';
import { checkConduct, checkProgress } from './progress.js';
import { checkReads, checkRepeatedReads } from './reads.js';
import type { Verdict } from './verdict.js';
import { checkAcknowledgements, checkVersions } from './versions.js';

/** Everything that is promised whatever fails. */
export function checkAll(history: History): Verdict[] {
  return [
    checkVersions,
    checkAcknowledgements,
    checkWriters,
    checkTokens,
    checkOrder,
    checkReads,
    checkRepeatedReads,
    checkProgress,
    checkConduct,
  ].map((check) => check(history));
}
