/** What `candado` exits with. `docs/cli.md` and `candado --help` show this table. */
export const EXIT_CODES = [
  { name: 'ok', code: 0, means: 'done' },
  { name: 'fault', code: 1, means: 'something went wrong that has no number of its own' },
  { name: 'usage', code: 2, means: 'wrong arguments or settings; nothing was changed' },
  { name: 'notFound', code: 3, means: 'there is no such file, or no such version of it' },
  { name: 'locked', code: 4, means: 'somebody else holds the lock, all through the wait' },
  { name: 'conflict', code: 5, means: 'the lock was lost, or the version is not the current one' },
  { name: 'unavailable', code: 6, means: 'the server, its lock table or its store is unreachable' },
  { name: 'damaged', code: 7, means: 'a content is not what its checksum says; do not use it' },
  { name: 'incomplete', code: 8, means: 'problems of a store are left, or not all was taken' },
] as const;

type Row = (typeof EXIT_CODES)[number];
export type ExitName = Row['name'];

export const ExitCode = Object.freeze(
  Object.fromEntries(EXIT_CODES.map(({ name, code }) => [name, code])),
) as { readonly [Name in ExitName]: Extract<Row, { name: Name }>['code'] };

/** By the code of a `CandadoError`; what is missing here is a fault. */
const BY_ERROR: Readonly<Record<string, ExitName>> = {
  LOCKED: 'locked',
  TIMEOUT: 'locked',
  DEADLOCK: 'locked',
  NOTLOCKED: 'conflict',
  FENCED: 'conflict',
  CONFLICT: 'conflict',
  LOCKLOST: 'conflict',
  NAME: 'usage',
  UNAVAILABLE: 'unavailable',
  BUSY: 'unavailable',
  UNREACHABLE: 'unavailable',
  CONNECTIONLOST: 'unavailable',
  CHECKSUM: 'damaged',
  CORRUPT: 'damaged',
};

export function exitCodeOf(errorCode: string): number {
  return ExitCode[BY_ERROR[errorCode] ?? 'fault'];
}
