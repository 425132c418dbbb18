import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { HistoryCommand } from '../../../src/commands/file/history.js';
import { Refusal } from '../../../src/commands/refusal.js';
import type { FileName } from '../../../src/files/file-name.js';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { execute, plain, StoppedClock } from '../fakes.js';

const NAME = 'plans/a.txt' as FileName;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function* one(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

describe('HISTORY', () => {
  let files: MemoryFileStore;
  let history: HistoryCommand;

  beforeEach(() => {
    files = new MemoryFileStore(new StoppedClock(), 1_000, new Keeping(10));
    history = new HistoryCommand(files);
  });

  const write = async (text: string, session: string, token: number): Promise<void> => {
    const from = await files.ensureHead(NAME);
    await files.publish(await files.stage(from, one(text), { session, token }));
  };

  const remove = async (session: string, token: number): Promise<void> => {
    const from = await files.ensureHead(NAME);
    await files.publish(await files.stageDeletion(from, { session, token }));
  };

  const rows = async (...args: string[]): Promise<readonly Record<string, unknown>[]> =>
    plain(await execute(history, args)) as Record<string, unknown>[];

  it('tells of each version, newest first, and of deletions', async () => {
    await write('first', 'anna', 4);
    await remove('bert', 7);
    expect(await rows(NAME)).to.deep.equal([
      {
        version: 2,
        size: 0,
        sha256: sha256(''),
        modified: 1_700_000_000_000_000,
        session: 'bert',
        token: 7,
        deleted: 1,
      },
      {
        version: 1,
        size: 5,
        sha256: sha256('first'),
        modified: 1_700_000_000_000_000,
        session: 'anna',
        token: 4,
        deleted: 0,
      },
    ]);
  });

  it('cuts the list at COUNT, from the newest', async () => {
    for (const [index, text] of ['a', 'b', 'c'].entries()) await write(text, 'anna', index + 1);
    expect((await rows(NAME, 'COUNT', '2')).map(({ version }) => version)).to.deep.equal([3, 2]);
    expect(await rows(NAME, 'COUNT', '9')).to.have.length(3);
  });

  it('is empty for a name that was never written, also while it is locked', async () => {
    expect(await rows(NAME)).to.deep.equal([]);
    await files.ensureHead(NAME);
    expect(await rows(NAME)).to.deep.equal([]);
  });

  for (const count of ['0', '-1', 'many', '100001']) {
    it(`refuses COUNT ${count}`, async () => {
      const error = await rows(NAME, 'COUNT', count).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Refusal).and.have.property('message').that.contains('COUNT');
    });
  }
});
