import type { Session } from '../sessions/session.js';

/** Puts a session back to how it was opened. */
export abstract class SessionReset {
  /** Ends its waits and releases its locks; what cannot be released now is tried again later. */
  abstract reset(session: Session): Promise<void>;
}
