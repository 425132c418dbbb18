import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { nameOf, read } from '../../contract/file-store.contract.js';
import { makeReplica } from './s3-fixture.js';

const CHILD = fileURLToPath(new URL('./publisher-child.js', import.meta.url));

interface Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** What one process says it has published, by version. */
async function publisher(
  { endpoint, bucket, prefix }: Place,
  me: string,
  times: number,
): Promise<[number, string][]> {
  const child = fork(CHILD, [endpoint, bucket, prefix, me, `${times}`], { silent: true });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no output');
  const [output, errors] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  expect(errors).to.equal('');
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ /, '')]);
}

/** Processes publish the same file against each other: each version is exactly one's. */
export async function publishAgainstEachOther(place: Place, times: number): Promise<void> {
  const writers = ['one', 'two', 'three'];
  const said = await Promise.all(writers.map((me) => publisher(place, me, times)));
  const published = new Map(said.flat());
  expect(published.size).to.equal(times * writers.length);
  const { store } = makeReplica({ ...place, keepVersions: 100 });
  expect((await store.head(nameOf('shared')))?.version).to.equal(published.size);
  for (let version = 1; version <= published.size; version++) {
    expect(await read(store, 'shared', version)).to.equal(published.get(version));
  }
  await store.close();
}
