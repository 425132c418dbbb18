import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { SMALL_CONTENT_BYTES } from '../../../src/files/directory/small-contents.js';
import type { StepName } from '../../../src/files/failpoints.js';
import {
  exactlyOneOf,
  publishAgainstEachOther,
  readWhilePublished,
  refuseLate,
  type SharedPlace,
} from '../../contract/publishing-processes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { processStore } from './process-store.js';
import { DiskClock, StoreFixture } from './store-fixture.js';

/** Of a content with a file of its own. */
const LARGE = SMALL_CONTENT_BYTES + 1;

function placeAt(root: string): SharedPlace {
  return {
    script: new URL('./publisher-child.js', import.meta.url),
    args: [root],
    replica: async (wish) => {
      const store = processStore(root, wish);
      await store.open();
      await store.idle();
      return store;
    },
  };
}

describe('Processes on one root', function () {
  this.timeout(30_000);

  it('publish against each other without losing or doubling a version', async () => {
    await using folder = await temporaryFolder();
    await publishAgainstEachOther(placeAt(folder.path), 15);
    expect(await readFile(`${folder.path}/shared`, 'utf8')).to.match(/ 14$/);
  });

  it('show each other nothing older than was acknowledged', async () => {
    await using folder = await temporaryFolder();
    await readWhilePublished(placeAt(folder.path), 60);
  });

  it('that swap from the same head at the same moment: exactly one wins', async () => {
    await using folder = await temporaryFolder();
    await exactlyOneOf(placeAt(folder.path), 4, 'publish.before-swap');
  });

  const small: readonly StepName[] = [
    'stage.content-written',
    'stage.content-placed',
    'publish.before-swap',
  ];
  const large: readonly StepName[] = [...small, 'stage.record-placed'];
  const both = [
    ...small.map((step) => [step, 0] as const),
    ...large.map((step) => [step, LARGE] as const),
  ];
  for (const [step, bytes] of both) {
    const what = bytes > 0 ? 'large version' : 'version';
    it(`of which one stood still at ${step} refuse its late ${what}`, async () => {
      await using folder = await temporaryFolder();
      await refuseLate(placeAt(folder.path), step, bytes);
      expect(await readFile(`${folder.path}/shared`, 'utf8')).to.equal('next');
      const fixture = StoreFixture.at(folder.path, new DiskClock());
      expect(await fixture.contents()).to.have.length(4);
      const apart = (await fixture.shelved()).filter((entry) => !entry.endsWith('.json'));
      expect(apart).to.deep.equal([]);
      expect(await fixture.prepared()).to.deep.equal([]);
    });
  }
});
