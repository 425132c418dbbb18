import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { StepName } from '../../src/files/failpoints.js';
import type { FileStore } from '../../src/files/file-store.js';
import { author, bytesOf, put, read } from './file-store.contract.js';
import { SHARED } from './publisher-process.js';

/** Longer than any store leaves alone what nobody published. */
const LATER_MS = 48 * 3_600_000;

const WAKE_AGAIN_MS = 100;

/** A place for files that processes share. */
export interface SharedPlace {
  /** Makes a store there and calls `runPublisher`. */
  readonly script: URL;
  /** What the script is told of the place; a step to stand still at, a name and an order follow. */
  readonly args: readonly string[];
  /** A replica in this process whose first sweep is over, and whose clock is ahead. */
  replica(wish: { readonly aheadMs: number; readonly keepVersions: number }): Promise<FileStore>;
}

interface Publisher {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  /** What it says, to the end. */
  rest(): Promise<readonly string[]>;
}

function start(place: SharedPlace, step: string, me: string, ...order: string[]): Publisher {
  const args = [...place.args, step, me, ...order];
  const child = fork(fileURLToPath(place.script), args, { silent: true });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no output');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const exited = Promise.all([text(stderr), once(child, 'exit')]);
  const rest = async (): Promise<readonly string[]> => {
    const said: string[] = [];
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      said.push(next.value);
    }
    const [errors] = await exited;
    expect(errors).to.equal('');
    return said;
  };
  return { process: child, lines, rest };
}

/** One that says that it stands still may only be about to: it is woken until it has ended. */
function goOn({ process: child }: Publisher): void {
  child.kill('SIGCONT');
  const again = setInterval(() => child.kill('SIGCONT'), WAKE_AGAIN_MS);
  child.once('exit', () => clearInterval(again));
}

/** Processes publish the same file against each other: each version is exactly one's. */
export async function publishAgainstEachOther(place: SharedPlace, times: number): Promise<void> {
  const writers = ['one', 'two', 'three'];
  const said = await Promise.all(
    writers.map((me) => start(place, '', me, 'times', `${times}`).rest()),
  );
  const published = new Map(
    said.flat().map((line) => [Number.parseInt(line, 10), line.replace(/^\d+ /, '')] as const),
  );
  expect(published.size).to.equal(times * writers.length);
  const store = await place.replica({ aheadMs: 0, keepVersions: 100 });
  expect((await store.head(SHARED))?.version).to.equal(published.size);
  for (let version = 1; version <= published.size; version++) {
    expect(await read(store, SHARED, version)).to.equal(published.get(version));
  }
  await store.close();
}

/** A process publishes; whoever reads in this one sees nothing older than it has told of. */
export async function readWhilePublished(place: SharedPlace, times: number): Promise<void> {
  const store = await place.replica({ aheadMs: 0, keepVersions: 100 });
  const writer = start(place, '', 'writer', 'times', `${times}`);
  let told = 0;
  for await (const line of { [Symbol.asyncIterator]: () => writer.lines }) {
    told = Number.parseInt(line, 10);
    const atHand = store.atHand(SHARED)?.record.version ?? told;
    expect(atHand).to.be.at.least(told);
    expect((await store.head(SHARED))?.version).to.be.at.least(told);
    await using file = await store.openFile(SHARED);
    expect(file?.record.version).to.be.at.least(told);
  }
  expect(told).to.equal(times);
  expect(await writer.rest()).to.deep.equal([]);
  await store.close();
}

/**
 * All are about to swap from the same head, and go on at the same moment: one of them wins.
 * @param step of the store, the last before its swap
 */
export async function exactlyOneOf(
  place: SharedPlace,
  count: number,
  step: StepName,
): Promise<void> {
  const store = await place.replica({ aheadMs: 0, keepVersions: 3 });
  const from = await put(store, await store.ensureHead(SHARED), 'before');
  const publishers = Array.from({ length: count }, (_, at) =>
    start(place, step, `${at}`, 'once', '0'),
  );
  for (const { lines } of publishers) {
    expect((await lines.next()).value).to.equal(`standing at ${step}`);
  }
  for (const publisher of publishers) goOn(publisher);
  const outcomes = await Promise.all(publishers.map(async ({ rest }) => (await rest())[0]));
  const winner = outcomes.indexOf('published');
  expect(outcomes.toSorted()).to.deep.equal([...Array(count - 1).fill('moved'), 'published']);
  expect((await store.head(SHARED))?.version).to.equal(from.version + 1);
  expect(await read(store, SHARED)).to.equal(`${winner}`);
  await store.close();
}

/**
 * Who stood still while others published, pruned and cleaned is refused, and leaves nothing.
 * @param bytes of what it publishes, at least
 */
export async function refuseLate(place: SharedPlace, step: StepName, bytes = 0): Promise<void> {
  const versions = 12;
  const store = await place.replica({ aheadMs: 0, keepVersions: 3 });
  let head = await put(store, await store.ensureHead(SHARED), 'before');
  const late = start(place, step, 'late', 'once', `${bytes}`);
  expect((await late.lines.next()).value).to.equal(`standing at ${step}`);
  for (let at = 0; at < versions; at++) head = await put(store, head, `newer ${at}`);
  const cleaner = await place.replica({ aheadMs: LATER_MS, keepVersions: 3 });
  expect(await read(cleaner, SHARED, 1)).to.equal(undefined);
  goOn(late);
  expect((await late.rest())[0]).to.be.oneOf(['moved', 'refused']);

  expect(await store.head(SHARED)).to.deep.equal(head);
  const history = await store.history(SHARED);
  expect(history.map(({ version }) => version)).to.deep.equal([13, 12, 11]);
  for (const { version } of history) {
    expect(await read(store, SHARED, version)).to.equal(`newer ${version - 2}`);
  }
  const next = await store.publish(await store.stage(head, bytesOf('next'), author(head.token)));
  expect(next.outcome).to.equal('published');
  await Promise.all([store.close(), cleaner.close()]);
}
