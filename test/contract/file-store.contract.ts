import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { FileNameTaken, FileTooBig } from '../../src/files/errors.js';
import { type FileName, parseFileName } from '../../src/files/file-name.js';
import type { Author, FileStore } from '../../src/files/file-store.js';
import type { Head } from '../../src/files/head.js';
import { describeCopies } from './file-store-copies.contract.js';

/** One backing of a file store. */
export interface FileStoreFixture {
  /** One replica, and another one on the same backing (the same, where there can be only one). */
  readonly here: FileStore;
  readonly there: FileStore;
  close(): Promise<void>;
}

/** Every store under this contract is made with these limits. */
export const CONTRACT_MAX_FILE_BYTES = 100_000;
export const CONTRACT_KEEP_VERSIONS = 3;

export function nameOf(text: string): FileName {
  const parsed = parseFileName(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.name;
}

export async function* bytesOf(...chunks: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

export function author(token: number, requestId?: string): Author {
  return { session: 's1', token, ...(requestId === undefined ? {} : { requestId }) };
}

/** Stages and publishes from a head; fails if somebody else was faster. */
export async function put(store: FileStore, from: Head, content: string | Buffer): Promise<Head> {
  const result = await store.publish(await store.stage(from, bytesOf(content), author(from.token)));
  if (result.outcome !== 'published') throw new Error('the head has moved');
  return result.head;
}

export async function remove(store: FileStore, from: Head): Promise<Head> {
  const result = await store.publish(await store.stageDeletion(from, author(from.token)));
  if (result.outcome !== 'published') throw new Error('the head has moved');
  return result.head;
}

/** Writes the next version from whatever head stands there. */
export async function write(store: FileStore, name: string, content: string): Promise<Head> {
  return await put(store, await store.ensureHead(nameOf(name)), content);
}

/** The content as text; undefined where there is none. */
export async function read(
  store: FileStore,
  name: string,
  version?: number,
): Promise<string | undefined> {
  await using file = await store.openFile(nameOf(name), version);
  if (file === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of file.read(0, Number.MAX_SAFE_INTEGER)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function fenced(store: FileStore, name: string, token: number, shared = false) {
  const result = await store.fence(nameOf(name), token, shared);
  if (result.outcome !== 'fenced') throw new Error(`behind ${result.token}`);
  return result.head;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return undefined;
}

/**
 * What every file store promises, whatever it keeps its files in.
 * @param timeoutMs for one test: much waits for a disk that others may be using
 */
export function describeFileStore(
  title: string,
  start: () => Promise<FileStoreFixture>,
  timeoutMs = 10_000,
): void {
  describe(title, function () {
    this.timeout(timeoutMs);
    let fixture: FileStoreFixture;
    let here: FileStore;
    let there: FileStore;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
    });

    afterEach(() => fixture.close());

    describe('versions', () => {
      it('are 1, 2, 3 …, and each is seen by everybody as soon as it is published', async () => {
        for (let version = 1; version <= 4; version++) {
          const head = await write(here, 'a.txt', `content ${version}`);
          expect(head.version).to.equal(version);
          expect(await read(there, 'a.txt')).to.equal(`content ${version}`);
        }
      });

      it('record size, hash, time, session, token and request', async () => {
        const head = await fenced(here, 'a.txt', 7);
        const staged = await here.stage(head, bytesOf('hel', 'lo'), author(7, 'request-1'));
        await here.publish(staged);
        const record = await there.stat(nameOf('a.txt'));
        expect(record).to.deep.include({
          version: 1,
          deleted: false,
          size: 5,
          sha256: createHash('sha256').update('hello').digest('hex'),
          session: 's1',
          token: 7,
          requestId: 'request-1',
        });
        expect(record?.modified).to.be.greaterThan(1_600_000_000_000_000);
        expect(staged.record).to.deep.equal(record);
      });

      it('may be empty, and that is not the same as deleted', async () => {
        const head = await write(here, 'empty', '');
        expect(await read(there, 'empty')).to.equal('');
        await remove(here, head);
        expect(await read(there, 'empty')).to.equal(undefined);
      });

      it('do not exist for a name that was never written', async () => {
        const name = nameOf('nothing');
        expect(await here.head(name)).to.equal(undefined);
        await here.ensureHead(name);
        expect(await here.openFile(name)).to.equal(undefined);
        expect(await here.stat(name)).to.equal(undefined);
        expect(await here.history(name)).to.deep.equal([]);
      });

      it('of a deletion go on counting', async () => {
        const first = await write(here, 'a.txt', 'one');
        const second = await remove(here, first);
        expect(second).to.deep.include({ version: 2, content: undefined });
        expect(second.record).to.be.a('string');
        expect(await there.stat(nameOf('a.txt'))).to.equal(undefined);
        expect((await there.head(nameOf('a.txt')))?.content).to.equal(undefined);
        const third = await write(there, 'a.txt', 'three');
        expect(third.version).to.equal(3);
        expect(await read(here, 'a.txt')).to.equal('three');
        expect(await read(here, 'a.txt', 1)).to.equal('one');
        expect(await read(here, 'a.txt', 2)).to.equal(undefined);
      });

      it('are kept in history, newest first, as many contents as were asked for', async () => {
        let head = await write(here, 'a.txt', 'v1');
        for (const content of ['v2', 'v3']) head = await put(here, head, content);
        head = await remove(here, head);
        head = await put(here, head, 'v5');
        const history = await there.history(nameOf('a.txt'));
        expect(history.map(({ version }) => version)).to.deep.equal([5, 4, 3, 2]);
        expect(history.map(({ deleted }) => deleted)).to.deep.equal([false, true, false, false]);
        expect(await read(there, 'a.txt', 3)).to.equal('v3');
        expect(await read(there, 'a.txt', 6)).to.equal(undefined);
      });
    });

    describeCopies(() => ({ here, there }));

    describe('publishing', () => {
      it('from a head that has moved changes nothing', async () => {
        const head = await write(here, 'a.txt', 'one');
        const stale = await here.stage(head, bytesOf('stale'), author(head.token));
        const current = await write(there, 'a.txt', 'two');
        expect(await here.publish(stale)).to.deep.equal({ outcome: 'moved', current });
        expect(await read(here, 'a.txt')).to.equal('two');
        expect(await here.history(nameOf('a.txt'))).to.have.length(2);
      });

      it('says when all can see it, and with which head', async () => {
        const said: Head[] = [];
        const onSwapped = (swapped: Head) => said.push(swapped);
        const head = await here.ensureHead(nameOf('a.txt'));
        const staged = await here.stage(head, bytesOf('one'), author(0));
        const stale = await here.stage(head, bytesOf('stale'), author(0));
        const result = await here.publish(staged, onSwapped);
        expect(said.map((swapped) => ({ outcome: 'published', head: swapped }))).to.deep.equal([
          result,
        ]);
        expect((await here.publish(stale, onSwapped)).outcome).to.equal('moved');
        expect(said).to.have.length(1);
      });

      it('again answers as the first time', async () => {
        const staged = await here.stage(
          await here.ensureHead(nameOf('a')),
          bytesOf('x'),
          author(0),
        );
        const first = await here.publish(staged);
        expect(first.outcome).to.equal('published');
        expect(await here.publish(staged)).to.deep.equal(first);
        await write(there, 'a', 'y');
        expect(await here.publish(staged)).to.deep.equal(first);
        expect((await here.head(nameOf('a')))?.version).to.equal(2);
      });

      it('by many at once lets exactly one win, every round', async () => {
        let head = await here.ensureHead(nameOf('race'));
        for (let round = 1; round <= 5; round++) {
          const from = head;
          const results = await Promise.all(
            [here, there, here, there, here, there].map(async (store, at) =>
              store.publish(await store.stage(from, bytesOf(`${round}.${at}`), author(0))),
            ),
          );
          const winners = results.flatMap((result, at) =>
            result.outcome === 'published' ? [{ at, head: result.head }] : [],
          );
          expect(winners).to.have.length(1);
          for (const winner of winners) {
            head = winner.head;
            expect(await read(there, 'race')).to.equal(`${round}.${winner.at}`);
          }
          expect(head.version).to.equal(round);
        }
      });

      it('what was discarded leaves the head where it is', async () => {
        const head = await here.ensureHead(nameOf('a'));
        await here.discard(await here.stage(head, bytesOf('never'), author(0)));
        expect(await there.head(nameOf('a'))).to.deep.equal(head);
        expect(await read(there, 'a')).to.equal(undefined);
      });

      it('refuses a token below the head, which would let an older holder back in', async () => {
        const head = await fenced(here, 'a', 5);
        const error = await errorOf(here.stage(head, bytesOf('x'), author(4)));
        expect(error).to.be.instanceOf(RangeError);
      });
    });

    describe('requests', () => {
      const publishAs = async (requestId: string | undefined, content: string): Promise<number> => {
        const head = await here.ensureHead(nameOf('a'));
        const staged = await here.stage(head, bytesOf(content), author(head.token, requestId));
        const result = await here.publish(staged);
        return result.outcome === 'published' ? result.head.version : -1;
      };

      it('are found by everybody in the version that they published', async () => {
        expect(await there.published(nameOf('a'), 'first')).to.equal(undefined);
        await publishAs('first', 'one');
        await publishAs(undefined, 'two');
        const head = await publishAs('third', 'three');
        expect(head).to.equal(3);
        expect(await there.published(nameOf('a'), 'first')).to.equal(1);
        expect(await here.published(nameOf('a'), 'third')).to.equal(3);
        expect(await there.published(nameOf('a'), 'another')).to.equal(undefined);
        expect(await there.published(nameOf('b'), 'first')).to.equal(undefined);
      });

      it('are found in a deletion too, and in the versions before it', async () => {
        await publishAs('write', 'one');
        const head = await here.ensureHead(nameOf('a'));
        await here.publish(await here.stageDeletion(head, author(head.token, 'delete')));
        expect(await there.published(nameOf('a'), 'delete')).to.equal(2);
        expect(await there.published(nameOf('a'), 'write')).to.equal(1);
      });

      it('that did not publish are not found', async () => {
        const head = await here.ensureHead(nameOf('a'));
        const late = await here.stage(head, bytesOf('late'), author(0, 'late'));
        const never = await here.stage(head, bytesOf('never'), author(0, 'never'));
        await here.discard(never);
        await publishAs('winner', 'one');
        expect((await here.publish(late)).outcome).to.equal('moved');
        expect(await there.published(nameOf('a'), 'late')).to.equal(undefined);
        expect(await there.published(nameOf('a'), 'never')).to.equal(undefined);
      });

      it('may tell their ids once the content has been read', async () => {
        const head = await here.ensureHead(nameOf('a'));
        const steps: string[] = [];
        async function* content(): AsyncGenerator<Buffer> {
          yield Buffer.from('one');
          steps.push('read');
        }
        const staged = await here.stage(head, content(), author(0, 'early'), async () => {
          steps.push('asked');
          return 'late';
        });
        await here.publish(staged);
        expect(steps).to.deep.equal(['read', 'asked']);
        expect(staged.record.requestId).to.equal('late');
        expect(await there.published(nameOf('a'), 'late')).to.equal(1);
        expect(await there.published(nameOf('a'), 'early')).to.equal(undefined);
      });

      it('whose ids cannot be told store nothing, and the error is passed on', async () => {
        const head = await here.ensureHead(nameOf('a'));
        const cut = new Error('the connection ended');
        const staged = here.stage(head, bytesOf('x'), author(0), () => Promise.reject(cut));
        expect(await errorOf(staged)).to.equal(cut);
        expect(await there.head(nameOf('a'))).to.deep.equal(head);
      });
    });

    describe('fences', () => {
      it('keep the version and shut out every older head', async () => {
        const old = await fenced(here, 'a', 1);
        const staged = await here.stage(old, bytesOf('late'), author(1));
        const newer = await fenced(there, 'a', 2);
        expect(newer).to.deep.include({ version: 0, token: 2 });
        expect((await here.publish(staged)).outcome).to.equal('moved');
        expect((await put(there, newer, 'in time')).token).to.equal(2);
        expect(await read(here, 'a')).to.equal('in time');
      });

      it('are of the version that is there, whoever moved the head since', async () => {
        await fenced(here, 'a', 1);
        for (const [token, [store, other]] of [
          [2, [there, here]],
          [5, [here, there]],
        ] as const) {
          const head = await put(store, await fenced(store, 'a', token), `by ${token}`);
          expect(await other.fence(nameOf('a'), token - 1, false)).to.deep.equal({
            outcome: 'behind',
            token,
          });
          const next = await fenced(other, 'a', token + 1);
          expect(next).to.include({ version: head.version, content: head.content });
        }
      });

      it('are refused where the token does not lead', async () => {
        await fenced(here, 'a', 9);
        for (const token of [9, 8, 1]) {
          const result = await there.fence(nameOf('a'), token, false);
          expect(result).to.deep.equal({ outcome: 'behind', token: 9 });
        }
      });

      it('that are shared take the token that is there, but no lower one', async () => {
        await fenced(here, 'a', 4, true);
        expect(await fenced(there, 'a', 4, true)).to.deep.include({ version: 0, token: 4 });
        expect(await there.fence(nameOf('a'), 3, true)).to.deep.equal({
          outcome: 'behind',
          token: 4,
        });
      });

      it('that are shared shut out every older head, also under the same token', async () => {
        const old = await fenced(here, 'a', 4);
        const staged = await here.stage(old, bytesOf('late'), author(4));
        await fenced(there, 'a', 4, true);
        expect((await here.publish(staged)).outcome).to.equal('moved');
        expect(await read(there, 'a')).to.equal(undefined);
      });

      it('that are shared succeed by many at once', async () => {
        const heads = await Promise.all(
          Array.from({ length: 200 }, (_, at) => fenced(at % 2 ? here : there, 'a', 4, true)),
        );
        expect(heads.every(({ version, token }) => version === 0 && token === 4)).to.equal(true);
      });

      it('from one head move that one, and no other', async () => {
        const old = await fenced(here, 'a', 4);
        const moved = await there.fenceFrom(old, 4);
        if (moved.outcome !== 'fenced') throw new Error(moved.outcome);
        expect(moved.head).to.deep.include({ version: 0, token: 4 });
        expect(await here.head(nameOf('a'))).to.deep.equal(moved.head);
        const late = await here.fenceFrom(old, 4);
        expect(late).to.deep.equal({ outcome: 'moved', current: moved.head });
        expect(await there.head(nameOf('a'))).to.deep.equal(moved.head);
        const staged = await here.stage(old, bytesOf('late'), author(4));
        expect((await here.publish(staged)).outcome).to.equal('moved');
        expect((await put(there, moved.head, 'in time')).version).to.equal(1);
      });

      it('by many at once end with the highest', async () => {
        const tokens = [3, 1, 6, 2, 5, 4];
        const results = await Promise.all(
          tokens.map((token, at) => (at % 2 ? here : there).fence(nameOf('a'), token, false)),
        );
        expect((await here.head(nameOf('a')))?.token).to.equal(6);
        expect(results[2]?.outcome).to.equal('fenced');
      });
    });

    describe('names', () => {
      it('never written and free again are forgotten', async () => {
        const head = await fenced(here, 'dir/a', 3);
        await here.forgetUnwritten(head);
        expect(await there.head(nameOf('dir/a'))).to.equal(undefined);
        expect((await fenced(there, 'dir/a', 1)).version).to.equal(0);
      });

      it('are not forgotten under another head, or once they were written', async () => {
        const old = await fenced(here, 'a', 1);
        const newer = await fenced(there, 'a', 2);
        await here.forgetUnwritten(old);
        expect(await here.head(nameOf('a'))).to.deep.equal(newer);
        const written = await put(there, newer, 'x');
        await here.forgetUnwritten(written);
        expect(await read(here, 'a')).to.equal('x');
      });

      it('that were forgotten take no late publish', async () => {
        const head = await fenced(here, 'a', 1);
        const staged = await here.stage(head, bytesOf('late'), author(1));
        await there.forgetUnwritten(head);
        const result = await here.publish(staged);
        expect(result.outcome).to.equal('moved');
        expect(await read(there, 'a')).to.equal(undefined);
        expect(await there.head(nameOf('a'))).to.equal(undefined);
      });

      it('of files and of folders exclude each other', async () => {
        await write(here, 'a', 'file');
        await write(here, 'x/y/z', 'deep');
        expect(await errorOf(there.ensureHead(nameOf('a/b')))).to.be.instanceOf(FileNameTaken);
        expect(await errorOf(there.ensureHead(nameOf('a/b/c')))).to.be.instanceOf(FileNameTaken);
        expect(await errorOf(there.ensureHead(nameOf('x')))).to.be.instanceOf(FileNameTaken);
        expect(await errorOf(there.ensureHead(nameOf('x/y')))).to.be.instanceOf(FileNameTaken);
        expect(await there.head(nameOf('a/b'))).to.equal(undefined);
        expect(await there.head(nameOf('x/y'))).to.equal(undefined);
        await write(there, 'x/y2', 'beside');
        expect((await here.list({ count: 10 })).names).to.deep.equal(['a', 'x/y/z', 'x/y2']);
      });

      it('made at once as a file and as a folder end as one of them', async () => {
        for (let round = 0; round < 20; round++) {
          const file = nameOf(`r${round}`);
          const below = nameOf(`r${round}/b`);
          const errors = await Promise.all([
            errorOf(here.ensureHead(file)),
            errorOf(there.ensureHead(below)),
          ]);
          const heads = [await here.head(file), await here.head(below)];
          expect(errors.filter((error) => error instanceof FileNameTaken)).to.have.length(1);
          expect(heads.filter((head) => head !== undefined)).to.have.length(1);
        }
      });

      it('made by many at once are made once', async () => {
        const heads = await Promise.all(
          [here, there, here, there].map((store) => store.ensureHead(nameOf('deep/er/name'))),
        );
        expect(new Set(heads.map(({ nonce }) => nonce)).size).to.equal(1);
      });

      const unlike = [
        ['Data.txt', 'data.txt'],
        ['\u00e9', 'e\u0301'],
        ['stra\u00dfe', 'strasse'],
        ['%41', 'A'],
        ['head.0.0.-.000000000000000000000000', 'head'],
        ['.folder', 'folder'],
        ['a~', 'a'],
        ['end.', 'end'],
      ];
      for (const [one = '', other = ''] of unlike) {
        it(`"${one}" and "${other}" are two files`, async () => {
          await write(here, one, 'one');
          await write(here, other, 'other');
          expect(await read(there, one)).to.equal('one');
          expect(await read(there, other)).to.equal('other');
          expect((await there.list({ count: 9 })).names).to.have.members([one, other]);
        });
      }

      it('may be as long as the limits allow', async () => {
        const long = ['\u00c9'.repeat(127), 'X'.repeat(255), '\u{1f512}'.repeat(63)].join('/');
        await write(here, long, 'long');
        await write(here, `${'\u00c9'.repeat(127)}/${'X'.repeat(254)}`, 'shorter');
        expect(await read(there, long)).to.equal('long');
        expect((await there.list({ count: 9 })).names).to.deep.equal([
          `${'\u00c9'.repeat(127)}/${'X'.repeat(254)}`,
          long,
        ]);
      });
    });

    describe('lists', () => {
      const names = ['Z', 'a-b', 'a.txt', 'a/b', 'a/c/d', 'a0', 'b', '\u00e9'];

      beforeEach(async () => {
        for (const name of names.toReversed()) await write(here, name, name);
        await here.ensureHead(nameOf('locked-only'));
        await remove(here, await write(here, 'deleted', 'x'));
      });

      it('are sorted, and leave out what has no content', async () => {
        expect(await there.list({ count: 100 })).to.deep.equal({ names, next: undefined });
      });

      it('come in pages of any size', async () => {
        for (const count of [1, 2, 3, 7, 8]) {
          const seen: string[] = [];
          let after: string | undefined;
          do {
            const page = await there.list({ count, ...(after === undefined ? {} : { after }) });
            expect(page.names.length).to.be.at.most(count);
            seen.push(...page.names);
            after = page.next;
          } while (after !== undefined);
          expect(seen).to.deep.equal(names);
        }
      });

      it('go on behind a name that does not exist', async () => {
        const page = await there.list({ count: 2, after: 'a/b/zzz' });
        expect(page.names).to.deep.equal(['a/c/d', 'a0']);
      });

      it('name what was deleted, too, where that is asked for', async () => {
        await remove(here, await write(here, 'zz/gone', 'x'));
        await write(here, 'zz/there', 'x');
        const query = { count: 10, pattern: 'zz/**' };
        expect((await there.list(query)).names).to.deep.equal(['zz/there']);
        expect((await there.list({ ...query, deleted: true })).names).to.deep.equal([
          'zz/gone',
          'zz/there',
        ]);
      });

      it('can be cut down by a pattern', async () => {
        const expected: Record<string, readonly string[]> = {
          '*': ['Z', 'a-b', 'a.txt', 'a0', 'b', '\u00e9'],
          'a/**': ['a/b', 'a/c/d'],
          'a?b': ['a-b'],
          '[ab]': ['b'],
          '**/d': ['a/c/d'],
          nothing: [],
        };
        for (const [pattern, wanted] of Object.entries(expected)) {
          expect((await there.list({ pattern, count: 100 })).names, pattern).to.deep.equal(wanted);
        }
        const page = await there.list({ pattern: 'a*', count: 2 });
        expect(page).to.deep.equal({ names: ['a-b', 'a.txt'], next: 'a.txt' });
      });
    });

    describe('contents', () => {
      it('are read in part, cut at the end of the file', async () => {
        const bytes = randomBytes(90_000);
        await put(here, await here.ensureHead(nameOf('big')), bytes);
        await using file = await there.openFile(nameOf('big'));
        const ranges = [
          [0, 90_000],
          [1, 10],
          [65_530, 20],
          [89_999, 100],
          [90_000, 1],
          [0, 0],
        ];
        for (const [offset = 0, length = 0] of ranges) {
          const chunks: Buffer[] = [];
          for await (const chunk of file?.read(offset, length) ?? []) chunks.push(chunk);
          const wanted = bytes.subarray(offset, offset + length);
          expect(Buffer.concat(chunks).equals(wanted), `${offset}+${length}`).to.equal(true);
        }
      });

      it('stay readable while newer ones are published', async () => {
        await write(here, 'a', 'old');
        await using file = await there.openFile(nameOf('a'));
        for (let at = 0; at < 6; at++) await write(here, 'a', `new ${at}`);
        const chunks: Buffer[] = [];
        for await (const chunk of file?.read(0, 10) ?? []) chunks.push(chunk);
        expect(Buffer.concat(chunks).toString()).to.equal('old');
      });

      it('may be as big as the limit and not a byte bigger', async () => {
        const head = await here.ensureHead(nameOf('a'));
        const full = Buffer.alloc(CONTRACT_MAX_FILE_BYTES / 2);
        const over = here.stage(head, bytesOf(full, full, 'x'), author(0));
        expect(await errorOf(over)).to.be.instanceOf(FileTooBig);
        await here.publish(await here.stage(head, bytesOf(full, full), author(0)));
        expect((await there.stat(nameOf('a')))?.size).to.equal(CONTRACT_MAX_FILE_BYTES);
      });

      it('whose source fails are not stored, and the error is the source’s own', async () => {
        const head = await here.ensureHead(nameOf('a'));
        const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' });
        async function* failing(): AsyncGenerator<Buffer> {
          yield Buffer.from('begin');
          throw reset;
        }
        expect(await errorOf(here.stage(head, failing(), author(0)))).to.equal(reset);
        expect(await there.head(nameOf('a'))).to.deep.equal(head);
      });
    });
  });
}
