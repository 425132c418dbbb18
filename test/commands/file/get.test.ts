import { expect } from 'chai';
import { GetCommand } from '../../../src/commands/file/get.js';
import { Refusal } from '../../../src/commands/refusal.js';
import type { Reply } from '../../../src/commands/reply.js';
import { ContentDamaged } from '../../../src/files/errors.js';
import type { FileName } from '../../../src/files/file-name.js';
import type { OpenFile } from '../../../src/files/file-store.js';
import { Keeping } from '../../../src/files/keeping.js';
import { MemoryFileStore } from '../../../src/files/memory/memory-file-store.js';
import { NoReadCheck, type ReadCheck, Sha256ReadCheck } from '../../../src/files/read-check.js';
import { command, StoppedClock } from '../fakes.js';

const NAME = 'plans/a.txt' as FileName;

/** Has at hand what a test put there. */
class StoreWithSome extends MemoryFileStore {
  readonly some = new Map<FileName, OpenFile>();
  opened = 0;

  override atHand(name: FileName): OpenFile | undefined {
    return this.some.get(name);
  }

  override openFile(name: FileName, version?: number): Promise<OpenFile | undefined> {
    this.opened += 1;
    return super.openFile(name, version);
  }
}

describe('GET', () => {
  let files: StoreWithSome;

  beforeEach(async () => {
    files = new StoreWithSome(new StoppedClock(), 1_000, new Keeping(10));
    const from = await files.ensureHead(NAME);
    const author = { session: 'anna', token: 1 };
    await files.publish(await files.stage(from, one('a content'), author));
  });

  async function* one(text: string): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }

  const putAtHand = async (whole = Buffer.from('a content')): Promise<Buffer> => {
    const file = await files.openFile(NAME);
    if (file === undefined) throw new Error('there is no file');
    files.opened = 0;
    files.some.set(NAME, { ...file, record: file.record, whole });
    return whole;
  };

  const get = (args: string[], check: ReadCheck = new NoReadCheck()): Reply | Promise<Reply> =>
    new GetCommand(files, check).execute(command('GET', ...args));

  const textOf = async (reply: Reply): Promise<string> => {
    if (reply.kind !== 'content') throw new Error(`no content, but ${reply.kind}`);
    return Buffer.concat(await Array.fromAsync(reply.content.chunks())).toString();
  };

  it('answers at once, without a copy, with what the store has at hand', async () => {
    const whole = await putAtHand();
    for (const check of [new NoReadCheck(), new Sha256ReadCheck()]) {
      const reply = get([NAME], check);
      if (reply instanceof Promise) throw new Error('the answer did not come at once');
      expect(reply).to.have.nested.property('content.whole', whole);
      expect(reply).to.have.nested.property('content.size', whole.length);
      expect(await textOf(reply)).to.equal('a content');
    }
    expect(files.opened).to.equal(0);
  });

  it('gives out nothing damaged that is at hand where contents are to be checked', async () => {
    await putAtHand(Buffer.from('a cantent'));
    expect(() => get([NAME], new Sha256ReadCheck())).to.throw(ContentDamaged);
  });

  it('opens what is not at hand', async () => {
    expect(await textOf(await get([NAME]))).to.equal('a content');
    expect(await get(['no'])).to.deep.equal({ kind: 'null' });
    expect(files.opened).to.equal(2);
  });

  it('opens the version that is asked for, and a part', async () => {
    await putAtHand(Buffer.from('not this one'));
    expect(await textOf(await get([NAME, 'VERSION', '1']))).to.equal('a content');
    expect(await textOf(await get([NAME, 'RANGE', '2', '3']))).to.equal('con');
    expect(await get([NAME, 'VERSION', '2'])).to.deep.equal({ kind: 'null' });
    expect(files.opened).to.equal(3);
  });

  it('refuses what is no name', () => {
    expect(() => get(['/a'])).to.throw(Refusal);
  });
});
