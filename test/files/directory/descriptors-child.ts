/** Opens files until the system gives no more, tells what is refused then, and what afterwards. */
import { SMALL_CONTENT_BYTES } from '../../../src/files/directory/small-contents.js';
import type { OpenFile } from '../../../src/files/file-store.js';
import { nameOf, read, write } from '../../contract/file-store.contract.js';
import { tell } from '../../contract/publisher-process.js';
import { processStore } from './process-store.js';

const MORE_THAN_ALLOWED = 200;

const [root = ''] = process.argv.slice(2);
const store = processStore(root, { keepVersions: 3, aheadMs: 0 });
await store.open();
// A small one would be read into memory, and hold no descriptor.
await write(store, 'a', 'one'.repeat(SMALL_CONTENT_BYTES));
await store.idle();

async function refusalOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : `${error}`;
  }
}

const files: OpenFile[] = [];
let refused: string | undefined;
while (refused === undefined && files.length < MORE_THAN_ALLOWED) {
  refused = await refusalOf(async () => {
    const file = await store.openFile(nameOf('a'));
    if (file !== undefined) files.push(file);
  });
}
tell(`read ${refused}`);
tell(`write ${await refusalOf(() => write(store, 'a', 'refused'))}`);
tell(`list ${await refusalOf(() => store.list({ count: 9 }))}`);
for (const file of files) await file[Symbol.asyncDispose]();
tell(`then ${(await write(store, 'a', 'two')).version} ${await read(store, 'a')}`);
await store.close();
