import type { FileName } from '../../files/file-name.js';
import type { ChangeOptions, ChangeOutcome, NamedOptions } from '../../sessions/publishing.js';
import type { ArgumentReader } from '../arguments.js';
import { fencedReply, lockedReply } from '../lock/lock-reply.js';
import { failure, integer, NULL, type Reply } from '../reply.js';
import type { ArgumentSpec } from '../spec.js';

/** What `PUT`, `DELETE` and `RESTORE` share. */
export const CHANGE_OPTIONS: readonly ArgumentSpec[] = [
  { name: 'version', type: 'integer', token: 'VERSION', optional: true },
  { name: 'keep', type: 'pure-token', token: 'KEEP', optional: true },
  { name: 'request', type: 'string', token: 'ID', optional: true },
];

/**
 * Reads {@link CHANGE_OPTIONS}.
 * @param further options of one command alone: what to do for each
 */
export function readChangeOptions(
  reader: ArgumentReader,
  further: Readonly<Record<string, () => void>> = {},
): ChangeOptions {
  let version: number | undefined;
  let requestId: string | undefined;
  let keep = false;
  reader.options({
    VERSION: () => {
      version = reader.version();
    },
    KEEP: () => {
      keep = true;
    },
    ID: () => {
      requestId = reader.requestId();
    },
    ...further,
  });
  return {
    keep,
    ...(version === undefined ? {} : { version }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

export function named({ version, requestId }: ChangeOptions): NamedOptions {
  return { version: version !== undefined, requestId: requestId !== undefined };
}

export function changeReply(name: FileName, outcome: ChangeOutcome): Reply {
  switch (outcome.outcome) {
    case 'published':
    case 'repeated':
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
      return fencedReply(name, outcome.because);
    case 'differs':
      return failure(
        'CHECKSUM',
        `the content of "${name}" arrived with sha256 ${outcome.sha256}, not the one given; nothing was changed: send it again`,
      );
    case 'conflict':
      return failure(
        'CONFLICT',
        `the current version of "${name}" is ${outcome.version}; nothing was changed: GET it again`,
      );
  }
}
