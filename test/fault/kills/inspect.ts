import { readdir, readFile } from 'node:fs/promises';
import { isRecordId } from '../../../src/files/directory/head-name.js';
import type { StoreParts } from '../../../src/files/directory/store-parts.js';
import type { FileStore, VersionRecord } from '../../../src/files/file-store.js';
import type { Head } from '../../../src/files/head.js';
import { KEEP_VERSIONS } from './killed-store.js';
import { brokenSeal, sha256Of } from './sealed.js';
import type { Told } from './told.js';

export type Acknowledged = Extract<Told, { kind: 'acknowledged' }>;

/** What is wrong with what was acknowledged; each must be whole, and where it was said to be. */
export async function* lostVersions(
  store: FileStore,
  acknowledged: readonly Acknowledged[],
): AsyncGenerator<string, void, undefined> {
  for (const [text, wanted] of Map.groupBy(acknowledged, ({ name }) => name)) {
    const name = text as Head['name'];
    const head = await store.head(name);
    const records = await store.history(name);
    if (records.length > 0 && records.length < Math.min(head?.version ?? 0, KEEP_VERSIONS)) {
      yield `${name}: only ${records.length} versions of ${head?.version} are kept`;
    }
    for (const one of wanted) yield* notThere(one, head?.version ?? 0, records);
    for (const record of records) yield* brokenVersion(store, name, record);
  }
}

function* notThere(
  { name, version, sha256, deleted }: Acknowledged,
  newest: number,
  records: readonly VersionRecord[],
): Generator<string, void, undefined> {
  const record = records.find((one) => one.version === version);
  if (record === undefined) {
    if (version > newest - KEEP_VERSIONS) yield `${name}: version ${version} of ${newest} is lost`;
  } else if (record.sha256 !== sha256 || record.deleted !== deleted) {
    yield `${name}: version ${version} is another one than was acknowledged`;
  }
}

async function* brokenVersion(
  store: FileStore,
  name: Head['name'],
  { version, deleted, sha256 }: VersionRecord,
): AsyncGenerator<string, void, undefined> {
  if (deleted) return;
  await using file = await store.openFile(name, version);
  if (file === undefined) {
    yield `${name}: the content of version ${version} is missing`;
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of file.read(0, Number.MAX_SAFE_INTEGER)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const broken = sha256Of(bytes) === sha256 ? brokenSeal(name, bytes) : 'not what was written';
  if (broken !== undefined) yield `${name}: version ${version}: ${broken}`;
}

/** What cleaning left behind, and what the plain view shows wrongly; nobody may be writing. */
export async function* leftOvers(parts: StoreParts): AsyncGenerator<string, void, undefined> {
  const { layout, listing, shelf } = parts;
  const chained = new Set<string>();
  for await (const { name, head } of listing.walk()) {
    if (head === undefined) continue;
    if (head.version === 0) yield `${name}: a head that nobody wrote`;
    for await (const record of shelf.chain(head)) chained.add(record.id);
    yield* wrongView(parts, head);
  }
  for (const entry of await readdir(layout.contents, { recursive: true })) {
    const id = entry.slice(entry.indexOf('/') + 1).replace(/\.json$/, '');
    if (isRecordId(id) && !chained.has(id)) yield `an orphan on the shelf: ${entry}`;
  }
  for (const entry of await readdir(layout.prepared)) yield `a leftover in tmp: ${entry}`;
}

async function* wrongView(
  { layout, shelf }: StoreParts,
  { name, content }: Head,
): AsyncGenerator<string, void, undefined> {
  const plain = await contentAt(layout.plain(name));
  const record = content === undefined ? undefined : await shelf.record(content);
  const shown = plain && sha256Of(plain);
  if (shown === record?.sha256) return;
  // What a person put there stays until the next version.
  const isForeign = name.startsWith('by-hand/') && plain && brokenSeal(name, plain) === undefined;
  if (!isForeign) yield `${name}: the plain view shows ${shown}, not ${record?.sha256}`;
}

/** The contents that people put there and that are nowhere any more. */
export async function* lostByHand(
  store: FileStore,
  { layout }: StoreParts,
  byHand: ReadonlyMap<string, string>,
): AsyncGenerator<string, void, undefined> {
  if (byHand.size === 0) return;
  const found = new Set<string>();
  for (const entry of await readdir(layout.found, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) found.add(sha256Of(await readFile(`${entry.parentPath}/${entry.name}`)));
  }
  for (const [sha256, name] of byHand) {
    const plain = await contentAt(layout.plain(name));
    if (plain !== undefined && sha256Of(plain) === sha256) continue;
    const history = await store.history(name as Head['name']);
    if (found.has(sha256) || history.some((record) => record.sha256 === sha256)) continue;
    yield `${name}: what was put there by hand is lost`;
  }
}

async function contentAt(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
