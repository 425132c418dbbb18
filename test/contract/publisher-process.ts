import { writeSync } from 'node:fs';
import { FileStoreUnavailable } from '../../src/files/errors.js';
import { Failpoints } from '../../src/files/failpoints.js';
import type { FileStore } from '../../src/files/file-store.js';
import { author, bytesOf, nameOf } from './file-store.contract.js';

/** What all publishers write. */
export const SHARED = nameOf('shared');

/** Tells the parent at once, even if the next thing that happens is the end of this process. */
export function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Stands still at one step, as a process does that the system has no time for. */
export class StandingFailpoints extends Failpoints {
  #wanted = true;

  constructor(private readonly step: string) {
    super();
  }

  override async hit(step: string): Promise<void> {
    if (step !== this.step || !this.#wanted) return;
    this.#wanted = false;
    tell(`standing at ${step}`);
    process.kill(process.pid, 'SIGSTOP');
  }
}

/**
 * Publishes one file as a parent wants it, and tells it of every version.
 * @param order `times n`: n versions, from whatever head it finds, against others;
 *   `once n`: one version of n bytes or a few more, from the head it finds, and says what became of it
 */
export async function runPublisher(
  store: FileStore,
  me: string,
  [order, count]: readonly string[],
): Promise<void> {
  await store.open();
  if (order === 'once') tell(await publishOnce(store, me.padEnd(Number(count))));
  else await publishOften(store, me, Number(count));
  await store.close();
}

async function publishOnce(store: FileStore, content: string): Promise<string> {
  const from = await store.ensureHead(SHARED);
  try {
    const staged = await store.stage(from, bytesOf(content), author(from.token));
    return (await store.publish(staged)).outcome;
  } catch (error) {
    if (error instanceof FileStoreUnavailable && !error.outcomeUnknown) return 'refused';
    throw error;
  }
}

async function publishOften(store: FileStore, me: string, times: number): Promise<void> {
  for (let at = 0; at < times; ) {
    const from = await store.ensureHead(SHARED);
    const content = `${me} ${at}`;
    const staged = await store.stage(from, bytesOf(content), author(from.token));
    const result = await store.publish(staged);
    if (result.outcome === 'moved') continue;
    tell(`${result.head.version} ${content}`);
    at++;
  }
}
