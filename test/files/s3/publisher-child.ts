/** Publishes one file as often as it is told, from whatever head it finds, against others. */
import { writeSync } from 'node:fs';
import { author, bytesOf, nameOf } from '../../contract/file-store.contract.js';
import { makeReplica } from './s3-fixture.js';

const [endpoint = '', bucket = '', prefix = '', me = '', times = '0'] = process.argv.slice(2);
const { store } = makeReplica({ endpoint, bucket, prefix, keepVersions: 100 });
await store.open();
for (let at = 0; at < Number(times); ) {
  const from = await store.ensureHead(nameOf('shared'));
  const content = `${me} ${at}`;
  const result = await store.publish(await store.stage(from, bytesOf(content), author(from.token)));
  if (result.outcome === 'moved') continue;
  // At once, even if the next thing that happens is the end of this process.
  writeSync(1, `${result.head.version} ${content}\n`);
  at++;
}
await store.close();
