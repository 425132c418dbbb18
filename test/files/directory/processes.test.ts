import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import type { StepName } from '../../../src/files/failpoints.js';
import { nameOf, read, write } from '../../contract/file-store.contract.js';
import { StoreFixture } from './store-fixture.js';

interface Ended {
  readonly lines: readonly string[];
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

async function run(script: string, ...args: readonly string[]): Promise<Ended> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { silent: true });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no output');
  const [output, errors, [, signal]] = await Promise.all([
    text(stdout),
    text(stderr),
    once(child, 'exit'),
  ]);
  return { lines: output.split('\n').filter((line) => line !== ''), signal, errors };
}

describe('Processes on one root', () => {
  let fixture: StoreFixture;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
  });

  afterEach(() => fixture.close());

  const steps: readonly StepName[] = [
    'sync.file',
    'sync.folder',
    'stage.content-written',
    'stage.record-placed',
    'stage.content-placed',
    'create.before-rename',
    'create.after-rename',
    'fence.before-swap',
    'fence.after-swap',
    'publish.before-swap',
    'publish.after-swap',
    'forget.after-unlink',
    'view.copied',
    'view.before-rename',
    'view.after-rename',
  ];
  for (const step of steps) {
    it(`killed at ${step} lose nothing that was acknowledged, and are cleaned up after`, async () => {
      const { lines, signal, errors } = await run('./crash-child.js', fixture.root, step);
      expect(errors).to.equal('');
      expect(signal).to.equal('SIGKILL');
      const acknowledged = lines.length;

      const { store } = await fixture.replica({ plainView: 'on' });
      const name = nameOf('dir/a');
      const version = (await store.head(name))?.version ?? 0;
      expect(version).to.be.within(acknowledged, acknowledged + 1);
      const history = await store.history(name);
      const wanted = Array.from({ length: version }, (_, at) => version - at);
      expect(history.map((record) => record.version)).to.deep.equal(wanted.slice(0, 3));
      for (const at of wanted) expect(await read(store, 'dir/a', at)).to.equal(`content ${at}`);
      if (version > 0) expect(await readFile(fixture.path('dir/a'), 'utf8')).to.match(/^content/);

      expect((await write(store, 'dir/a', 'after')).version).to.equal(version + 1);
      await store.idle();
      expect(await readFile(fixture.path('dir/a'), 'utf8')).to.equal('after');
      await fixture.clock.advance(ORPHAN_AGE_MS + 60_000);
      await fixture.replica({ plainView: 'on' });
      expect((await fixture.contents()).length).to.equal(Math.min(version + 1, 3));
      expect(await fixture.prepared()).to.deep.equal([]);
      expect(await readdir(fixture.own('found'))).to.deep.equal([]);
    }).timeout(20_000);
  }

  it('publish against each other without losing or doubling a version', async () => {
    const times = 15;
    const writers = ['one', 'two', 'three'];
    const ended = await Promise.all(
      writers.map((me) => run('./publisher-child.js', fixture.root, me, `${times}`)),
    );
    expect(ended.map(({ errors }) => errors)).to.deep.equal(['', '', '']);
    const published = new Map(
      ended.flatMap(({ lines }) =>
        lines.map((line): [number, string] => [
          Number.parseInt(line, 10),
          line.replace(/^\d+ /, ''),
        ]),
      ),
    );
    expect(published.size).to.equal(times * writers.length);
    const { store } = await fixture.replica({ plainView: 'on' });
    expect((await store.head(nameOf('shared')))?.version).to.equal(published.size);
    for (let version = 1; version <= published.size; version++) {
      expect(await read(store, 'shared', version)).to.equal(published.get(version));
    }
    expect(await readFile(fixture.path('shared'), 'utf8')).to.equal(published.get(published.size));
  }).timeout(30_000);
});
