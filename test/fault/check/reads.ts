import { type History, ofKind } from '../history.js';
import { Until } from './until.js';
import { Findings, type Verdict } from './verdict.js';

/** Something known to be there at a time. */
interface Seen {
  readonly value: number;
  readonly atMs: number;
}

/** Who reads sees at least what anybody had seen, or was told to have written, before it asked. */
export function checkReads(history: History): Verdict {
  const findings = new Findings('reads never go back');
  const reads = Map.groupBy(ofKind(history, 'read'), ({ name }) => name);
  const written = Map.groupBy(
    ofKind(history, 'put').filter(({ outcome }) => outcome === 'acknowledged'),
    ({ name }) => name,
  );
  for (const [name, ofName] of reads) {
    const seen = new Until<Seen>([...ofName, ...(written.get(name) ?? [])]);
    const newest = history.files.get(name)?.length ?? 0;
    let least = 0;
    for (const read of [...ofName].sort((a, b) => a.sentMs - b.sentMs)) {
      for (const { value } of seen.take(read.sentMs)) least = Math.max(least, value);
      findings.expect(
        read.value >= least && read.value <= newest,
        () => `${name}: ${read.client} read ${read.value}, which is not from ${least} to ${newest}`,
      );
    }
  }
  return findings.verdict();
}

/** A file stays as it is while it is held to be read. */
export function checkRepeatedReads(history: History): Verdict {
  const findings = new Findings('nobody writes while others hold the file to read it');
  for (const { name, client, first, second } of ofKind(history, 'read-twice')) {
    findings.expect(
      first === second,
      () => `${name}: ${client} read ${first}, then ${second}, under one shared lock`,
    );
  }
  return findings.verdict();
}
