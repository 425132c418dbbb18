import { type Granted, type History, ofKind } from '../history.js';
import { Until } from './until.js';
import { Findings, type Verdict } from './verdict.js';

/** As the store saw it: tokens never fall, and no two sessions wrote under one. */
export function checkWriters(history: History): Verdict {
  const findings = new Findings('whoever wrote held the newest lock, alone');
  for (const [name, versions] of history.files) {
    const writers = new Map<number, string>();
    let highest = 0;
    for (const { version, token, session } of versions) {
      findings.expect(
        token >= highest,
        () => `${name}: version ${version} has token ${token}, an earlier one ${highest}`,
      );
      highest = Math.max(highest, token);
      const writer = writers.get(token) ?? session;
      findings.expect(
        writer === session,
        () => `${name}: ${writer} and ${session} both wrote under token ${token}`,
      );
      writers.set(token, writer);
    }
  }
  return findings.verdict();
}

/** As clients saw it: no token is given twice, and who asks after a grant gets a higher one. */
export function checkTokens(history: History): Verdict {
  const findings = new Findings('tokens of exclusive grants rise and are given once');
  for (const [name, grants] of byName(exclusive(history))) {
    const owners = new Map<number, string>();
    for (const { token, client } of grants) {
      // One may be told again of what it held already.
      const owner = owners.get(token) ?? client;
      findings.expect(
        owner === client,
        () => `${name}: ${client} and ${owner} were both granted token ${token}`,
      );
      owners.set(token, owner);
    }
    checkRise(name, grants, findings);
  }
  return findings.verdict();
}

function checkRise(name: string, grants: readonly Granted[], findings: Findings): void {
  const granted = new Until(grants);
  let highest = 0;
  for (const { token, client, askedMs } of [...grants].sort((a, b) => a.askedMs - b.askedMs)) {
    for (const earlier of granted.take(askedMs)) highest = Math.max(highest, earlier.token);
    findings.expect(
      token >= highest,
      () => `${name}: ${client} asked after ${highest} was granted, and got token ${token}`,
    );
  }
}

export function byName(grants: readonly Granted[]): Map<string, Granted[]> {
  return Map.groupBy(grants, ({ name }) => name);
}

function exclusive(history: History): Granted[] {
  return ofKind(history, 'granted').filter(({ mode }) => mode === 'exclusive');
}
