import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { StepName } from '../../../src/files/failpoints.js';
import {
  exactlyOneOf,
  publishAgainstEachOther,
  refuseLate,
  type SharedPlace,
} from '../../contract/publishing-processes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { processStore } from './process-store.js';

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

  it('that swap from the same head at the same moment: exactly one wins', async () => {
    await using folder = await temporaryFolder();
    await exactlyOneOf(placeAt(folder.path), 4, 'publish.before-swap');
  });

  const steps: readonly StepName[] = [
    'stage.content-written',
    'stage.record-placed',
    'stage.content-placed',
    'publish.before-swap',
  ];
  for (const step of steps) {
    it(`of which one stood still at ${step} refuse its late version`, async () => {
      await using folder = await temporaryFolder();
      await refuseLate(placeAt(folder.path), step);
      expect(await readFile(`${folder.path}/shared`, 'utf8')).to.equal('next');
      const shelved = await readdir(`${folder.path}/.candado/contents`, { recursive: true });
      const contents = shelved.filter((entry) => /\/c[0-9a-f]+$/.test(entry));
      expect(contents).to.have.length(4);
      expect(await readdir(`${folder.path}/.candado/tmp`)).to.deep.equal([]);
    });
  }
});
