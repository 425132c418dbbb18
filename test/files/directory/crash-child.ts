/** Changes files until it reaches a step for the second time, and dies there as by a power cut. */
import { Failpoints, type StepName } from '../../../src/files/failpoints.js';
import { nameOf, write } from '../../contract/file-store.contract.js';
import { childStore, tell } from './child-store.js';

class DeadlyFailpoints extends Failpoints {
  #left = 2;

  constructor(private readonly fatal: string) {
    super();
  }

  override async hit(step: StepName): Promise<void> {
    if (step !== this.fatal || --this.#left > 0) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way; nothing more must happen.
    await new Promise(() => undefined);
  }
}

const [root = '', step = ''] = process.argv.slice(2);
const store = childStore(root, new DeadlyFailpoints(step));
await store.open();
for (let at = 1; at <= 4; at++) {
  await store.fence(nameOf('dir/a'), at, false);
  await write(store, 'dir/a', `content ${at}`);
  tell(`${at}`);
  const locked = await store.ensureHead(nameOf(`locked-${at}`));
  await store.forgetUnwritten(locked);
  await store.idle();
}
tell('survived');
await store.close();
