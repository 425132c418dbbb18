import type { VersionRecord } from '../file-store.js';
import type { Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import type { Finding } from './finding.js';

/** A record that says which one comes before it. */
export interface LinkedRecord extends VersionRecord {
  readonly predecessor: unknown;
}

/** The records of a file, newest first. */
export interface ReadChain {
  readonly records: readonly LinkedRecord[];
  /** Why the next one cannot be read; undefined where it is missing, or there is none. */
  readonly damage: string | undefined;
  /** Whether nobody asked for the next one. */
  readonly isCut?: boolean;
}

/**
 * What is wrong with a head and the records behind it.
 * @param recordsBehind how many records pruning leaves, at least, behind the newest version
 */
export function chainProblems(
  head: Head,
  chain: ReadChain,
  keeping: Keeping,
  recordsBehind: number,
): readonly Finding[] {
  const tell = (code: Finding['code'], what: string, version?: number): Finding => ({
    code,
    name: head.name,
    ...(version === undefined ? {} : { version }),
    what,
    repaired: false,
  });
  const problems: Finding[] = [];
  const { records, damage, isCut = false } = chain;
  const [newest] = records;
  if (head.version > 0 !== (head.record !== undefined)) {
    problems.push(tell('HEAD', `its head is of version ${head.version}, which cannot be`));
  } else if (newest !== undefined && newest.version !== head.version) {
    const versions = `its head is of version ${head.version}`;
    problems.push(tell('HEAD', `${versions}, and leads to version ${newest.version}`));
  }
  if (newest !== undefined && newest.token > head.token) {
    problems.push(tell('HEAD', 'its head has a lower token than its newest version'));
  }
  for (const [at, { version }] of records.entries()) {
    const older = records[at + 1];
    if (older === undefined || older.version < version) continue;
    problems.push(tell('RECORD', `it follows version ${older.version}`, version));
  }
  if (damage !== undefined) {
    problems.push(tell('RECORD', damage));
  } else if (newest === undefined && head.record !== undefined) {
    problems.push(tell('RECORD', 'the record of its newest version is missing'));
  } else if (!isCut && isBroken(records, keeping, recordsBehind)) {
    const what = 'the record of the version before it is missing';
    problems.push(tell('RECORD', what, records.at(-1)?.version));
  }
  return problems;
}

/** Whether the records end before any pruning would have ended them. */
function isBroken(
  records: readonly LinkedRecord[],
  keeping: Keeping,
  recordsBehind: number,
): boolean {
  if (records.at(-1)?.predecessor === undefined) return false;
  if (records.length <= recordsBehind) return true;
  // An age leaves any number of contents.
  const contents = records.filter(({ deleted }) => !deleted).length;
  return keeping.ageMs === 0 && contents < keeping.versions;
}
