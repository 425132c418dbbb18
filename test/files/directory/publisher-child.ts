/** Publishes one file as often as it is told, from whatever head it finds, against others. */
import { NoFailpoints } from '../../../src/files/failpoints.js';
import { author, bytesOf, nameOf } from '../../contract/file-store.contract.js';
import { childStore, tell } from './child-store.js';

const [root = '', me = '', times = '0'] = process.argv.slice(2);
const store = childStore(root, new NoFailpoints());
await store.open();
for (let at = 0; at < Number(times); ) {
  const from = await store.ensureHead(nameOf('shared'));
  const content = `${me} ${at}`;
  const result = await store.publish(await store.stage(from, bytesOf(content), author(from.token)));
  if (result.outcome === 'moved') continue;
  tell(`${result.head.version} ${content}`);
  at++;
}
await store.close();
