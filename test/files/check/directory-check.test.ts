import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { VIEW_SETTLES_MS } from '../../../src/files/directory/upkeep.js';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { Head } from '../../../src/files/head.js';
import {
  author,
  bytesOf,
  nameOf,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { settle } from '../../support/fake-clock.js';
import { rejection } from '../../support/rejection.js';
import { type Replica, StoreFixture } from '../directory/store-fixture.js';
import { headPath, linesOf, look, renameHead } from './check-rig.js';

/** Covers that the fake clock starts a little ahead of the disk's, and that views settle. */
const A_BIT_MS = 5_000;

const MISSING = 'its content is missing';

describe('A check of a directory', function () {
  // It waits for a disk that others may be using.
  this.timeout(20_000);
  const a = nameOf('a');
  let fixture: StoreFixture;
  let replica: Replica;
  /** The heads of `a`, by version. */
  let heads: Head[];

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica({ plainView: 'on' });
    heads = [await replica.store.ensureHead(a)];
    for (const content of ['one', 'two', 'three']) {
      heads.push(await write(replica.store, 'a', content));
    }
    await write(replica.store, 'deep/er/b', 'of b');
    await remove(replica.store, await write(replica.store, 'gone', 'was here'));
    await settled();
    // Each content lies in a file of its own, as a large one does; of small ones see further below.
    await fixture.asWrittenByEarlierBuilds();
    replica = await replaced();
  });

  afterEach(() => fixture.close());

  /** Another replica, which has nothing in memory. */
  async function replaced(): Promise<Replica> {
    await replica.store.close();
    return await fixture.replica({ plainView: 'on' });
  }

  /** Lets the heads grow old enough for their plain files to be looked at once only. */
  async function settled(): Promise<void> {
    await replica.store.idle();
    await fixture.clock.advance(A_BIT_MS);
    await replica.store.idle();
  }

  function idOf(version: number): string {
    const id = heads[version]?.record;
    if (id === undefined) throw new Error(`there is no version ${version}`);
    return id;
  }

  function contentPath(version: number): string {
    return fixture.contentPath(idOf(version));
  }

  async function lineBytes(version: number): Promise<number> {
    return (await readFile(fixture.recordPath(idOf(version)))).indexOf('\n') + 1;
  }

  async function flip(path: string, at: number): Promise<void> {
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }

  it('finds nothing wrong with a whole store, and reads all of it', async () => {
    const { findings, files, bytes } = await look(replica.store);
    expect(findings).to.deep.equal([]);
    expect(files).to.equal(3);
    expect(bytes).to.equal('one two three of b was here'.replaceAll(' ', '').length + 2);
    expect(await look(replica.store, { fast: true })).to.deep.equal({
      findings: [],
      files: 3,
      bytes: 0,
    });
  });

  describe('of heads', () => {
    it('finds one that is gone, and leaves what it led to alone', async () => {
      await rm(await headPath(fixture, 'a'));
      const gone = 'HEAD a: its head is gone, and its versions lie there for nobody';
      expect(await linesOf(replica.store)).to.deep.equal([gone]);
      expect(await linesOf(replica.store, { repair: true, fast: true })).to.deep.equal([gone]);
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      await fixture.replica({ plainView: 'on' });
      expect(await readFile(contentPath(1), 'utf8')).to.equal('one');
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([gone]);
    });

    it('whose file is there without it do not let that be adopted', async () => {
      await rm(await headPath(fixture, 'deep/er/b'));
      for (const ask of [
        () => replica.store.head(nameOf('deep/er/b')),
        () => replica.store.openFile(nameOf('deep/er/b')),
        () => replica.store.ensureHead(nameOf('deep/er/b')),
      ]) {
        const failed = await rejection(ask());
        expect(failed).to.be.instanceOf(FileStoreUnavailable);
        expect(failed.message).to.match(/^the head of "deep\/er\/b" is gone: restore/);
      }
      expect(await linesOf(replica.store)).to.deep.equal([
        'HEAD deep/er/b: its head is gone, and its versions lie there for nobody',
      ]);
    });

    it('does not hurry to take a first version for one that lost its head', async () => {
      const { store } = await fixture.replica({ plainView: 'off' });
      const from = await store.ensureHead(nameOf('new'));
      await store.stage(from, bytesOf('on its way'), author(0));
      await store.forgetUnwritten(from);
      expect(await linesOf(store)).to.deep.equal([]);
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      expect(await linesOf(store)).to.deep.equal([
        'HEAD new: its head is gone, and its versions lie there for nobody',
      ]);
    });

    it('finds a second one', async () => {
      const path = await headPath(fixture, 'a');
      const other = 'head.2.0.-.000000000000000000000000';
      await writeFile(join(dirname(path), other), '');
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([
        `HEAD a: its folder has other heads, too, which do not count: ${other}`,
      ]);
      expect(await read(replica.store, 'a')).to.equal('three');
    });

    it('goes on behind two that cannot be told apart', async () => {
      const path = await headPath(fixture, 'a');
      await writeFile(path.replace(/[0-9a-f]{24}$/, '0'.repeat(24)), '');
      await rm(fixture.path('deep/er/b'));
      expect(await linesOf(replica.store)).to.deep.equal([
        'HEAD a: the head of "a" cannot be read: try again',
        'VIEW deep/er/b: its plain file is missing',
      ]);
    });

    it('finds what no head can be', async () => {
      await renameHead(fixture, 'a', (entry) => `i${entry.slice(1)}`);
      expect(await linesOf(replica.store)).to.deep.equal([
        'HEAD a: there is no head in its folder',
      ]);
    });

    it('finds one of another version, or of a lower token, than that which it leads to', async () => {
      const raised = await replica.store.fence(a, 7, false);
      if (raised.outcome !== 'fenced') throw new Error('it has a higher token');
      await write(replica.store, 'a', 'four');
      await settled();
      await renameHead(fixture, 'a', (entry) => entry.replace('head.4.7.', 'head.5.6.'));
      // What lies at `a` is older than what the head says it is.
      expect(await linesOf(replica.store)).to.include(
        'HEAD a: its head is of version 5, and leads to version 4',
      );
      await renameHead(fixture, 'a', (entry) => entry.replace('head.5.6.', 'head.4.6.'));
      expect(await linesOf(replica.store)).to.deep.equal([
        'HEAD a: its head has a lower token than its newest version',
      ]);
    });

    it('that went back lets no version be swept', async () => {
      await renameHead(fixture, 'a', (entry) => entry.replace('head.3.', 'head.1.'));
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      await fixture.replica({ plainView: 'on' });
      expect(await linesOf(replica.store, { repair: true })).to.deep.include(
        'HEAD a: its head is of version 1, and leads to version 3',
      );
      await renameHead(fixture, 'a', (entry) => entry.replace('head.1.', 'head.3.'));
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });

    it('puts the mark of a folder back', async () => {
      await rm(fixture.own('files', 'deep', '.folder'));
      const what =
        'HEAD deep: its folder has lost its mark .folder, so that LIST may miss what lies below';
      expect(await linesOf(replica.store)).to.deep.equal([what]);
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([`${what} (repaired)`]);
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });

    it('finds one beside names', async () => {
      await copyFile(
        await headPath(fixture, 'gone'),
        fixture.own('files', 'deep', 'head.2.0.-.000000000000000000000000'),
      );
      await rm(fixture.own('files', 'deep', '.folder'));
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([
        'HEAD deep: it has a head, although names lie below it',
      ]);
    });

    it('reads none of what is not its own', async () => {
      await writeFile(fixture.own('files', 'stray'), '');
      await writeFile(fixture.own('contents', 'stray'), '');
      await mkdir(fixture.own('contents', 'lost+found'));
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });
  });

  describe('of records', () => {
    it('finds that of the newest version gone', async () => {
      await fixture.removeRecord(idOf(3));
      expect(await linesOf(replica.store)).to.deep.equal([
        'RECORD a: the record of its newest version is missing',
      ]);
    });

    it('finds one between gone, and reads what is newer', async () => {
      await fixture.removeRecord(idOf(2));
      await flip(contentPath(3), 2);
      const lines = await linesOf(replica.store);
      expect(lines[0]).to.match(/^CONTENT a 3: its content has sha256 .*, and not /);
      expect(lines.slice(1)).to.deep.equal([
        'RECORD a 3: the record of the version before it is missing',
      ]);
    });

    it('finds one damaged, tells it once, and reads what is newer', async () => {
      await flip(fixture.recordPath(idOf(1)), 100);
      await rm(contentPath(2));
      expect(await linesOf(replica.store)).to.deep.equal([
        `CONTENT a 2: ${MISSING}`,
        `RECORD a: the record ${idOf(1)} is damaged: restore .candado/contents from a backup`,
      ]);
    });

    it('finds one that cannot be read', async () => {
      await rm(fixture.recordPath(idOf(1)));
      await mkdir(fixture.recordPath(idOf(1)));
      const [line, ...others] = await linesOf(replica.store);
      expect(line).to.match(/^RECORD a: EISDIR: illegal operation on a directory, read/);
      expect(others).to.deep.equal([]);
    });

    it('that no head leads to are found, too, where they are damaged', async () => {
      const before = new Set(await fixture.contents());
      const head = await replica.store.ensureHead(a);
      await replica.store.stage(head, bytesOf('lost'), author(0));
      const [id = ''] = (await fixture.contents()).filter((entry) => !before.has(entry));
      await flip(fixture.recordPath(id), 30);
      expect(await linesOf(replica.store)).to.deep.equal([
        `RECORD: the record ${id} is damaged: restore .candado/contents from a backup`,
      ]);
    });

    it('does not miss those that were pruned', async () => {
      for (let version = 4; version <= 110; version++) {
        await write(replica.store, 'a', `${version}`);
      }
      await replica.store.idle();
      await fixture.clock.advance(ORPHAN_AGE_MS);
      await replica.store.idle();
      expect(await fixture.shelved()).to.have.length(2 + 3 + 103);
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });
  });

  describe('of contents', () => {
    it('finds what is missing', async () => {
      await rm(contentPath(1));
      await rm(contentPath(3));
      const expected = [`CONTENT a 1: ${MISSING}`, `CONTENT a 3: ${MISSING}`];
      for (const fast of [false, true]) {
        expect(await linesOf(replica.store, { fast, repair: true })).to.deep.equal(expected);
      }
    });

    it('finds what is shorter or longer', async () => {
      await truncate(contentPath(1), 2);
      await appendFile(contentPath(2), 'more');
      for (const fast of [false, true]) {
        expect(await linesOf(replica.store, { fast, repair: true })).to.deep.equal([
          'CONTENT a 1: its content has 2 bytes, and not 3',
          'CONTENT a 2: its content has 7 bytes, and not 3',
        ]);
      }
    });

    it('finds a changed byte, unless it is told not to read', async () => {
      await flip(contentPath(2), 1);
      const [line, ...others] = await linesOf(replica.store);
      expect(line).to.match(/^CONTENT a 2: its content has sha256 [0-9a-f]{64}, and not /);
      expect(others).to.deep.equal([]);
      expect(await linesOf(replica.store, { fast: true })).to.deep.equal([]);
    });

    it('finds the same of small ones, which lie behind their records', async () => {
      for (const content of ['four', 'five!', 'sixth']) {
        heads.push(await write(replica.store, 'a', content));
      }
      await settled();
      const four = fixture.recordPath(idOf(4));
      await flip(four, (await readFile(four)).length - 1);
      await truncate(fixture.recordPath(idOf(5)), await lineBytes(5));
      await appendFile(fixture.recordPath(idOf(6)), 'more');
      replica = await replaced();
      const others = [`CONTENT a 5: ${MISSING}`, 'CONTENT a 6: its content has 9 bytes, and not 5'];
      const [changed, ...more] = await linesOf(replica.store);
      expect(changed).to.match(/^CONTENT a 4: its content has sha256 [0-9a-f]{64}, and not /);
      expect(more).to.deep.equal(others);
      await truncate(four, (await lineBytes(4)) + 1);
      const shorter = 'CONTENT a 4: its content has 1 bytes, and not 4';
      for (const fast of [true, false]) {
        expect(await linesOf(replica.store, { fast })).to.deep.equal([shorter, ...others]);
      }
    });

    it('goes on behind what cannot be read', async () => {
      const path = contentPath(2);
      await rm(path);
      await mkdir(path);
      await rm(contentPath(1));
      const lines = await linesOf(replica.store);
      expect(lines).to.have.length(2);
      expect(lines[0]).to.equal(`CONTENT a 1: ${MISSING}`);
      expect(lines[1]).to.match(/^CONTENT a 2: /);
    });
  });

  describe('of plain files', () => {
    it('writes again what is missing', async () => {
      await rm(fixture.path('a'));
      const what = 'VIEW a: its plain file is missing';
      expect(await linesOf(replica.store)).to.deep.equal([what]);
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([`${what} (repaired)`]);
      expect(await readFile(fixture.path('a'), 'utf8')).to.equal('three');
    });

    it('brings up to date what is older', async () => {
      const views = replica.failpoints.stopAt('view.before-rename');
      await write(replica.store, 'a', 'four');
      await views.reached;
      await fixture.clock.advance(A_BIT_MS);
      const what = 'VIEW a: its plain file is that of an older version';
      expect(await linesOf(replica.store)).to.deep.equal([what]);
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([`${what} (repaired)`]);
      expect(await readFile(fixture.path('a'), 'utf8')).to.equal('four');
      views.resume();
    });

    it('waits for who has just published', async () => {
      const views = replica.failpoints.stopAt('view.before-rename');
      await write(replica.store, 'a', 'four');
      await views.reached;
      const seconds = fixture.clock.epochMicros() / 1_000_000;
      await utimes(await headPath(fixture, 'a'), seconds, seconds);
      const timers = fixture.clock.pendingTimers;
      const lines = linesOf(replica.store);
      const isOver = lines.then(() => true);
      while (fixture.clock.pendingTimers === timers) {
        expect(await Promise.race([isOver, settle()])).not.to.equal(true);
      }
      views.resume();
      await replica.store.idle();
      await fixture.clock.advance(VIEW_SETTLES_MS);
      expect(await lines).to.deep.equal([]);
    });

    it('does not mind one that lags because the file changes all the time', async () => {
      const first = replica.failpoints.stopAt('view.before-rename');
      await write(replica.store, 'a', 'four');
      await first.reached;
      const seconds = fixture.clock.epochMicros() / 1_000_000;
      await utimes(await headPath(fixture, 'a'), seconds, seconds);
      const timers = fixture.clock.pendingTimers;
      const lines = linesOf(replica.store);
      while (fixture.clock.pendingTimers === timers) await settle();
      first.resume();
      await replica.store.idle();
      const second = replica.failpoints.stopAt('view.before-rename');
      await write(replica.store, 'a', 'five');
      await second.reached;
      await fixture.clock.advance(VIEW_SETTLES_MS);
      expect(await lines).to.deep.equal([]);
      second.resume();
    });

    it('leaves alone what a person wrote there', async () => {
      await writeFile(fixture.path('a'), 'by hand');
      await rm(fixture.path('gone'), { force: true });
      await writeFile(fixture.path('gone'), 'again');
      const what = 'its plain file is not what the store wrote there';
      for (const repair of [false, true]) {
        expect(await linesOf(replica.store, { repair })).to.deep.equal([
          `REPLACED a: ${what}`,
          `REPLACED gone: ${what}`,
        ]);
      }
      expect(await readFile(fixture.path('a'), 'utf8')).to.equal('by hand');
      expect(await readFile(fixture.path('gone'), 'utf8')).to.equal('again');
      expect(await read(replica.store, 'a')).to.equal('three');
    });

    it('leaves alone what is no file', async () => {
      await rm(fixture.path('a'));
      await symlink('/etc/passwd', fixture.path('a'));
      await rm(fixture.path('deep/er/b'));
      await mkdir(fixture.path('deep/er/b/inside'), { recursive: true });
      await mkdir(fixture.path('gone'));
      const what = 'something that is no file lies where its plain file belongs';
      for (const repair of [false, true]) {
        expect(await linesOf(replica.store, { repair })).to.deep.equal([
          `BLOCKED a: ${what}`,
          `BLOCKED deep/er/b: ${what}`,
        ]);
      }
      expect(await readFile(fixture.path('a'), 'utf8')).to.include('root');
    });

    it('leaves alone one that is newer than its head', async () => {
      await renameHead(fixture, 'a', () => `head.2.0.${idOf(2)}.${'0'.repeat(24)}`);
      for (const repair of [false, true]) {
        expect(await linesOf(replica.store, { repair })).to.deep.equal([
          'REPLACED a: its plain file is not what the store wrote there',
        ]);
      }
      expect(await readFile(fixture.path('a'), 'utf8')).to.equal('three');
    });

    it('does not adopt any', async () => {
      await writeFile(fixture.path('new'), 'by hand');
      await writeFile(fixture.path('big'), 'x'.repeat(200_000));
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([]);
      expect(await replica.store.upkeep.isKnown(nameOf('new'))).to.equal(false);
    });

    it('looks at none where the store keeps none', async () => {
      await rm(fixture.path('a'));
      const { store } = await fixture.replica({ plainView: 'off' });
      expect(await linesOf(store)).to.deep.equal([]);
    });
  });

  describe('of leftovers', () => {
    beforeEach(async () => {
      const head = await replica.store.ensureHead(a);
      await replica.store.stage(head, bytesOf('loser'), author(0));
      heads.push(await write(replica.store, 'a', 'winner'));
      await writeFile(fixture.own('tmp', 'half'), 'half');
      await mkdir(fixture.own('tmp', 'tree'));
      await writeFile(fixture.own('tmp', 'tree', 'head'), '');
      await settled();
    });

    it('passes over what may be somebody at work', async () => {
      await fixture.clock.advance(ORPHAN_AGE_MS - 60_000);
      await replica.store.idle();
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([]);
    });

    it('removes what is old, and nothing else', async () => {
      await fixture.clock.advance(ORPHAN_AGE_MS);
      await replica.store.idle();
      const found = await linesOf(replica.store);
      expect(found).to.have.length(3);
      expect(found[0]).to.match(/^LEFTOVER: contents\/../);
      expect(found.slice(1)).to.deep.equal([
        'LEFTOVER: tmp/half belongs to no version',
        'LEFTOVER: tmp/tree belongs to no version',
      ]);
      const repaired = await linesOf(replica.store, { repair: true });
      expect(repaired).to.deep.equal(found.map((line) => `${line} (repaired)`));
      expect(await linesOf(replica.store)).to.deep.equal([]);
      expect(await fixture.prepared()).to.deep.equal([]);
      expect(await read(replica.store, 'a')).to.equal('winner');
    });

    it('does not say repaired of what is still there', async () => {
      await fixture.clock.advance(ORPHAN_AGE_MS);
      await replica.store.idle();
      const [first = '', ...others] = await linesOf(replica.store);
      const path = fixture.own(/contents\S+/.exec(first)?.[0] ?? '');
      replica.failpoints.doAt('clean.before-delete', async () => {
        await rm(path);
        await mkdir(path);
      });
      expect(await linesOf(replica.store, { repair: true })).to.deep.equal([
        first,
        ...others.map((line) => `${line} (repaired)`),
      ]);
    });

    it('takes none of a version that could still be published', async () => {
      const head = await replica.store.ensureHead(a);
      const staged = await replica.store.stage(head, bytesOf('paused'), author(0));
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      await replica.store.idle();
      await linesOf(replica.store, { repair: true });
      expect((await replica.store.publish(staged)).outcome).to.equal('published');
      expect(await read(replica.store, 'a')).to.equal('paused');
    });
  });

  it('ends where the store itself is gone', async () => {
    await rm(fixture.own('files'), { recursive: true });
    const failed = await rejection(linesOf(replica.store));
    expect(failed).to.be.instanceOf(FileStoreUnavailable);
    expect(failed.message).to.match(/^the store below FILES_ROOT is gone/);
  });
});
