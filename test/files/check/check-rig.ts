import { readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finding } from '../../../src/files/check/finding.js';
import { type CheckOptions, StoreCheck } from '../../../src/files/check/store-check.js';
import type { StoreUpkeep } from '../../../src/files/check/store-upkeep.js';
import { parseHead } from '../../../src/files/directory/head-name.js';
import { Layout } from '../../../src/files/directory/layout.js';
import type { FileStore } from '../../../src/files/file-store.js';
import { nameOf } from '../../contract/file-store.contract.js';
import type { StoreFixture } from '../directory/store-fixture.js';

export type CheckedStore = FileStore & { readonly upkeep: StoreUpkeep };

/** What a check looked at. */
export interface Looked {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly bytes: number;
}

export async function look(
  store: CheckedStore,
  options: Partial<CheckOptions> = {},
): Promise<Looked> {
  let files = 0;
  let bytes = 0;
  const progress = {
    file: () => {
      files += 1;
    },
    read: (read: number) => {
      bytes += read;
    },
  };
  const check = new StoreCheck(store, store.upkeep);
  const found = check.run({ repair: false, fast: false, ...options }, progress);
  return { findings: await Array.fromAsync(found), files, bytes };
}

/** `CONTENT a 2: its content is missing (repaired)`, sorted. */
export async function linesOf(
  store: CheckedStore,
  options: Partial<CheckOptions> = {},
): Promise<readonly string[]> {
  const { findings } = await look(store, options);
  return findings.map(lineOf).toSorted();
}

export function lineOf({ code, name, version, what, repaired }: Finding): string {
  const file = [code, name, version].filter((part) => part !== undefined).join(' ');
  return `${file}: ${what}${repaired ? ' (repaired)' : ''}`;
}

/** Where the head of a name lies. */
export async function headPath(fixture: StoreFixture, name: string): Promise<string> {
  const folder = new Layout(fixture.root).headFolder(nameOf(name));
  const [entry] = (await readdir(folder)).filter((one) => parseHead(nameOf(name), one));
  if (entry === undefined) throw new Error(`there is no head of ${name}`);
  return join(folder, entry);
}

/** Gives the head of a name another one: what a changed byte is to a file without contents. */
export async function renameHead(
  fixture: StoreFixture,
  name: string,
  change: (entry: string) => string,
): Promise<void> {
  const path = await headPath(fixture, name);
  const folder = dirname(path);
  await rename(path, join(folder, change(path.slice(folder.length + 1))));
}
