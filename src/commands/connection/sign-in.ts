import { failure, type Reply } from '../reply.js';

/** The one user there is while no users are configured. Needs no password; any is accepted. */
const DEFAULT_USER = 'default';

/**
 * Whether a user may come in, as a Redis without a password decides it.
 * @returns the refusal; undefined if the user is in
 */
export function refuseUser(user: string): Reply | undefined {
  if (user === DEFAULT_USER) return undefined;
  return failure(
    'NOPERM',
    `no users are configured here: connect without AUTH, or as "${DEFAULT_USER}"`,
  );
}
