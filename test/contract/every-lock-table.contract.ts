import { describeLockTable } from './lock-table.contract.js';
import { describeLockTableCircles } from './lock-table-circles.contract.js';
import { describeLockTableNotices } from './lock-table-notices.contract.js';
import { describeLockTablePlaces } from './lock-table-places.contract.js';
import type { LockTableFixture } from './lock-table-rig.js';
import { describeLockTableSessions } from './lock-table-sessions.contract.js';

/** All that a lock table promises. */
export function describeEveryLockTable(
  title: string,
  start: () => Promise<LockTableFixture>,
): void {
  describeLockTable(title, start);
  describeLockTableSessions(title, start);
  describeLockTablePlaces(title, start);
  describeLockTableCircles(title, start);
  describeLockTableNotices(title, start);
}
