/**
 * Every error a client can get: when, and whether trying again can help. The only such table;
 * `docs/protocol.md` is checked against it.
 */
export const ERROR_CODES = {
  LOCKED: {
    when: 'somebody else holds the file',
    retry: 'yes, the same again: later, or LOCK with WAIT to queue',
  },
  TIMEOUT: { when: 'a WAIT ran out', retry: 'yes' },
  NOTLOCKED: {
    when: 'PUT, DELETE, RENEW or UNLOCK without holding the lock, and no VERSION given',
    retry: 'after LOCK',
  },
  FENCED: {
    when: 'the lock is lost, to a newer grant or by BREAK; nothing was changed',
    retry: 'not the same again: LOCK, GET what is there now, and decide anew',
  },
  CONFLICT: {
    when: 'VERSION is not the current one; nothing was changed',
    retry: 'after a new GET',
  },
  CHECKSUM: {
    when: 'the content that arrived is not the one that SHA256 tells of; nothing was changed',
    retry: 'yes, the same again',
  },
  CORRUPT: {
    when: 'a stored content is damaged',
    retry: 'no: RESTORE another version, or take it from a backup',
  },
  DEADLOCK: {
    when: 'waiting would close a circle',
    retry: 'after UNLOCK of something that is held',
  },
  UNAVAILABLE: {
    when: 'the lock table or the store cannot be reached in time',
    retry:
      'yes, the same again after a pause; if the sentence says that the outcome is unknown, with the same ID, or look first',
  },
  NAME: {
    when: 'a bad name, one that collides with another file, or one that the disk cannot hold',
    retry: 'no',
  },
  TOOBIG: { when: 'over a size limit', retry: 'no' },
  BUSY: { when: 'over a connection, queue or rate limit', retry: 'later' },
  NOAUTH: { when: 'not signed in', retry: 'after AUTH' },
  NOPERM: { when: 'not allowed', retry: 'no' },
  NOPROTO: { when: 'HELLO asked for a protocol version other than 2 and 3', retry: 'no' },
  ERR: { when: 'wrong grammar, or an unknown command', retry: 'no' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
