import type { FileName } from '../../files/file-name.js';
import type { ChangeOptions, ChangeOutcome } from '../../sessions/publishing.js';
import type { ArgumentReader } from '../arguments.js';
import { fencedReply, lockedReply } from '../lock/lock-reply.js';
import { failure, integer, NULL, type Reply } from '../reply.js';

/** `[VERSION n] [KEEP]`, what `PUT` and `DELETE` share. */
export function readChangeOptions(reader: ArgumentReader): ChangeOptions {
  let version: number | undefined;
  let keep = false;
  reader.options({
    VERSION: () => {
      version = reader.version();
    },
    KEEP: () => {
      keep = true;
    },
  });
  return version === undefined ? { keep } : { version, keep };
}

export function changeReply(name: FileName, outcome: ChangeOutcome): Reply {
  switch (outcome.outcome) {
    case 'published':
      return integer(outcome.version);
    case 'absent':
      return NULL;
    case 'locked':
      return lockedReply(outcome.state);
    case 'notlocked':
      return failure(
        'NOTLOCKED',
        outcome.shared
          ? `"${name}" is only locked shared here: LOCK it exclusively to change it`
          : `"${name}" is not locked by this session: LOCK it first, or name the VERSION to replace`,
      );
    case 'fenced':
      return fencedReply(name);
    case 'conflict':
      return failure(
        'CONFLICT',
        `the current version of "${name}" is ${outcome.version}; nothing was changed: GET it again`,
      );
  }
}
