import type { CliCommand } from '../cli-command.js';
import { adopt } from './adopt.js';
import { breakLock } from './break.js';
import { diff } from './diff.js';
import { exportStore } from './export.js';
import { fsck } from './fsck.js';
import { get } from './get.js';
import { hello } from './hello.js';
import { history } from './history.js';
import { importStore } from './import.js';
import { lock } from './lock.js';
import { locks } from './locks.js';
import { ls } from './ls.js';
import { put } from './put.js';
import { restore } from './restore.js';
import { serve } from './serve.js';
import { time } from './time.js';
import { unlock } from './unlock.js';
import { watch } from './watch.js';

/** In the order in which help lists them. */
export const COMMANDS: readonly CliCommand[] = [
  serve,
  ls,
  get,
  put,
  history,
  diff,
  restore,
  lock,
  unlock,
  locks,
  breakLock,
  watch,
  time,
  hello,
  fsck,
  adopt,
  exportStore,
  importStore,
];
