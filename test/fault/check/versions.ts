import { createHash } from 'node:crypto';
import { contentOf, type History, ofKind, type Put, type StoredVersion } from '../history.js';
import { Findings, type Verdict } from './verdict.js';

/** Every version is there, and is what the one before it was, and one more: no update was lost. */
export function checkVersions(history: History): Verdict {
  const findings = new Findings('each version is the one before it and one more');
  for (const [name, versions] of history.files) {
    versions.forEach(({ version, sha256 }, index) => {
      findings.expect(
        version === index + 1,
        () => `${name}: version ${index + 1} is missing, there is ${version} in its place`,
      );
      findings.expect(
        sha256 === createHash('sha256').update(contentOf(version)).digest('hex'),
        () => `${name}: version ${version} was made from an older one than version ${version - 1}`,
      );
    });
  }
  return findings.verdict();
}

/** A `PUT` that was acknowledged is there, under its version; one that was refused is not. */
export function checkAcknowledgements(history: History): Verdict {
  const findings = new Findings('what was acknowledged is there, what was refused is not');
  const stored = new Map<string, StoredVersion & { name: string }>();
  for (const [name, versions] of history.files) {
    for (const version of versions) {
      const { requestId } = version;
      findings.expect(
        requestId !== undefined && !stored.has(requestId),
        () => `${name}: version ${version.version} was published twice, or by nobody here`,
      );
      if (requestId !== undefined) stored.set(requestId, { ...version, name });
    }
  }
  for (const put of ofKind(history, 'put')) {
    const there = stored.get(put.requestId);
    switch (put.outcome) {
      case 'acknowledged':
        findings.expect(
          there !== undefined && there.name === put.name && there.version === put.version,
          () => `${describe(put)} was acknowledged as version ${put.version}, and is not there`,
        );
        break;
      case 'refused':
        findings.expect(
          there === undefined,
          () => `${describe(put)} was refused with ${put.code}, and is version ${there?.version}`,
        );
        break;
      case 'unknown':
    }
  }
  return findings.verdict();
}

function describe({ client, name, value, token }: Put): string {
  return `${name}: the PUT of ${value} by ${client} with token ${token}`;
}
