/** Does everything a store can do, until it comes to a step for the n-th time and dies there. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DirectoryFileStore } from '../../../src/files/directory/directory-file-store.js';
import { Failpoints, type StepName } from '../../../src/files/failpoints.js';
import type { Staged } from '../../../src/files/file-store.js';
import type { Head } from '../../../src/files/head.js';
import { bytesOf, nameOf, read } from '../../contract/file-store.contract.js';
import { Random } from '../plan/random.js';
import { killedStore, MAX_CONTENT_BYTES } from './killed-store.js';
import { type Sealed, seal } from './sealed.js';
import { tell } from './told.js';

/** Every step comes by in one round; so many later it was never to be. */
const MAX_ROUNDS = 40;

/** Of the contents: the small lie behind their records, and the large have files of their own. */
const LARGE_SHARE = 0.4;

class DeadlyFailpoints extends Failpoints {
  constructor(
    private readonly fatal: string,
    private left: number,
  ) {
    super();
  }

  override async hit(step: StepName): Promise<void> {
    if (step !== this.fatal || --this.left > 0) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way; nothing more must happen.
    await new Promise(() => undefined);
  }
}

const [root = '', step = '', occurrence = '', life = '', seed = '', aheadMs = ''] =
  process.argv.slice(2);
const random = new Random(Number(seed));
const failpoints = new DeadlyFailpoints(step, Number(occurrence));
const open = async (): Promise<DirectoryFileStore> => {
  const opened = killedStore(root, Number(aheadMs), failpoints);
  await opened.open();
  // With its clock ahead, its first sweep would take what it begins meanwhile for leftovers.
  await opened.idle();
  return opened;
};
const store = await open();
tell({ kind: 'open' });

const fresh = (name: string): Sealed =>
  seal(name, random.whole(0, random.chance(LARGE_SHARE) ? MAX_CONTENT_BYTES : 2_000));

const author = (token: number) => ({ session: `life ${life}`, token });

function stage(from: Head): Promise<Staged> {
  return store.stage(from, bytesOf(fresh(from.name).bytes), author(from.token));
}

async function publish(staged: Staged): Promise<void> {
  const { name } = staged.from;
  const result = await store.publish(staged);
  if (result.outcome === 'moved') return;
  const { deleted, sha256, version } = staged.record;
  tell({ kind: 'acknowledged', name, version, deleted, sha256 });
}

async function write(name: string): Promise<void> {
  await publish(await stage(await store.ensureHead(nameOf(name))));
}

/** As a person would: whole at once, for what stands half-written is not the store's to mend. */
async function putByHand(name: string): Promise<void> {
  const { bytes, sha256 } = fresh(name);
  const aside = join(`${root}.by-hand`, `${life}-${sha256}`);
  await writeFile(aside, bytes);
  await mkdir(dirname(join(root, name)), { recursive: true });
  tell({ kind: 'by-hand', name, sha256 });
  await rename(aside, join(root, name));
}

const tasks: readonly ((round: number) => Promise<void>)[] = [
  async function underALock() {
    const { token } = await store.ensureHead(nameOf('dir/locked'));
    const granted = await store.fence(nameOf('dir/locked'), token + 1, false);
    if (granted.outcome === 'fenced') await publish(await stage(granted.head));
    await read(store, 'dir/locked');
  },
  async function againstOthers() {
    await write('shared');
  },
  async function deleting() {
    await write('dir/deleted');
    const head = await store.ensureHead(nameOf('dir/deleted'));
    await publish(await store.stageDeletion(head, author(head.token)));
  },
  async function lockedAndNeverWritten(round) {
    const head = await store.ensureHead(nameOf(`empty/${life}/${round}`));
    if (random.chance(0.7)) await store.forgetUnwritten(head);
  },
  async function adopting(round) {
    const name = `adopted/${life}-${round}`;
    await putByHand(name);
    await store.head(nameOf(name));
  },
  async function replacedByHand() {
    const name = `by-hand/${life}`;
    await write(name);
    await store.idle();
    await putByHand(name);
    await write(name);
    await store.idle();
  },
  async function abandoned() {
    const staged = await stage(await store.ensureHead(nameOf('dir/locked')));
    if (random.chance(0.3)) await store.discard(staged);
  },
];

await mkdir(`${root}.by-hand`, { recursive: true });
for (let round = 0; round < MAX_ROUNDS; round++) {
  for (const task of random.shuffled(tasks)) await task(round);
  await stage(await store.ensureHead(nameOf('dir/locked')));
  await store.idle();
  await (await open()).close();
}
await store.close();
tell({ kind: 'survived' });
