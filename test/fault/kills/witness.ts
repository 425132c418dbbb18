/**
 * Reads all the while, and publishes against those who die; tells whatever it should never see.
 * It publishes nothing from the message `hold` to the message `go on`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { bytesOf, nameOf } from '../../contract/file-store.contract.js';
import { Random } from '../plan/random.js';
import { killedStore, MAX_CONTENT_BYTES } from './killed-store.js';
import { brokenSeal, seal, sha256Of } from './sealed.js';
import { tell } from './told.js';

/** Between two looks: two lanes of victims need the rest of the machine. */
const PAUSE_MS = 10;

/** Between two versions of the file that others change, too. */
const PUBLISH_EVERY_MS = 40;

const NAMES = ['dir/locked', 'dir/deleted', 'shared'];

const [root = '', aheadMs = '', seed = ''] = process.argv.slice(2);
const random = new Random(Number(seed));
const store = killedStore(root, Number(aheadMs));
const newest = new Map<string, number>();
let reads = 0;
let views = 0;
let refused = 0;
let isHeld = false;
let isOver = false;

const violation = (what: string): void => tell({ kind: 'violation', what });

/** @param least what had been seen before it was asked */
function sawVersion(name: string, how: string, version: number, least = 0): void {
  if (version < least) violation(`${how} of ${name} showed version ${version} after ${least}`);
  newest.set(name, Math.max(newest.get(name) ?? 0, version));
}

async function readStored(name: string): Promise<void> {
  const before = newest.get(name);
  const head = await store.head(nameOf(name));
  if (head === undefined && before !== undefined) violation(`the head of ${name} was gone`);
  if (head !== undefined && head.version > 0) sawVersion(name, 'the head', head.version, before);
  const least = newest.get(name);
  await using file = await store.openFile(nameOf(name));
  if (file === undefined) return;
  const chunks: Buffer[] = [];
  for await (const chunk of file.read(0, Number.MAX_SAFE_INTEGER)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  sawVersion(name, 'a read', file.record.version, least);
  const broken = brokenSeal(name, bytes);
  if (broken !== undefined) violation(`version ${file.record.version} of ${name}: ${broken}`);
  if (sha256Of(bytes) !== file.record.sha256) violation(`${name} is not what its record says`);
  reads++;
}

async function readPlain(name: string): Promise<void> {
  const bytes = await readFile(join(root, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return;
  const broken = brokenSeal(name, bytes);
  if (broken !== undefined) violation(`the plain view of ${name}: ${broken}`);
  views++;
}

async function publish(): Promise<void> {
  const from = await store.ensureHead(nameOf('shared'));
  const { bytes, sha256 } = seal('shared', random.whole(0, MAX_CONTENT_BYTES / 4));
  const author = { session: 'witness', token: from.token };
  try {
    const result = await store.publish(await store.stage(from, bytesOf(bytes), author));
    if (result.outcome === 'moved') return;
    const { version } = result.head;
    tell({ kind: 'acknowledged', name: 'shared', version, deleted: false, sha256 });
    sawVersion('shared', 'its own reply', version);
  } catch (error) {
    // To cleaners whose clock is ahead, a content under way is the leftover of a dead process.
    if (!(error instanceof FileStoreUnavailable) || error.outcomeUnknown) throw error;
    refused++;
  }
}

async function reading(): Promise<void> {
  while (!isOver) {
    for (const name of NAMES) {
      await readStored(name);
      await readPlain(name);
    }
    await later(PAUSE_MS);
  }
}

let publishing = Promise.resolve();

async function publishOnAndOn(): Promise<void> {
  while (!isHeld) {
    await publish();
    await later(PUBLISH_EVERY_MS);
  }
  await store.idle();
}

async function heed(message: unknown): Promise<void> {
  if (message === 'go on') {
    isHeld = false;
    publishing = publishOnAndOn();
    publishing.catch(fail);
    return;
  }
  isHeld = true;
  await publishing;
  if (message === 'hold') {
    process.send?.('held');
    return;
  }
  isOver = true;
  await looking;
  await store.close();
  tell({ kind: 'witnessed', reads, views, refused });
  process.disconnect?.();
}

function fail(error: unknown): void {
  violation(`the witness failed: ${error instanceof Error ? error.stack : error}`);
  process.exit(1);
}

await store.open();
const looking = reading();
looking.catch(fail);
process.on('message', (message) => void heed(message).catch(fail));
// Nobody is there any more whom it could tell anything.
process.once('disconnect', () => {
  isOver = true;
  isHeld = true;
});
process.send?.('held');
