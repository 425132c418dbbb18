import { hostname, userInfo } from 'node:os';

/** How `LOCKS` names this user: `ada@host`, in the characters that a client name may have. */
export function holderName(): string {
  return `${user()}@${hostname()}`.replace(/[^!-~]/g, '-');
}

/** A process may run under a number that no account has. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return 'nobody';
  }
}
