import { rename, rm } from 'node:fs/promises';
import { expect } from 'chai';
import {
  DirectoryHealth,
  LOOK_EVERY_MS,
  LOOK_TIMEOUT_MS,
} from '../../../src/files/directory/directory-health.js';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { Keeping } from '../../../src/files/keeping.js';
import { StoreFixture } from './store-fixture.js';

/** Counts looks; one hangs as long as the test says. */
class WatchedHealth extends DirectoryHealth {
  looks = 0;
  hanging: Promise<void> = Promise.resolve();

  protected override async look(folders: readonly string[]): Promise<string | undefined> {
    this.looks++;
    await this.hanging;
    return await super.look(folders);
  }
}

describe('DirectoryHealth', () => {
  let fixture: StoreFixture;
  let health: WatchedHealth;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    await fixture.replica();
    const options = new DirectoryStoreOptions(fixture.root, 1000, new Keeping(3), 'os', 'off');
    health = new WatchedHealth(options, fixture.clock);
  });

  afterEach(() => fixture.close());

  it('finds nothing wrong with a store that stands', async () => {
    expect(await health.problem()).to.equal(undefined);
  });

  it('says that the root is gone, and when it is back', async () => {
    await rename(fixture.own(), fixture.path('away'));
    expect(await health.problem()).to.match(/is gone: check that its volume is mounted$/);
    await rename(fixture.path('away'), fixture.own());
    await fixture.clock.advance(LOOK_EVERY_MS);
    expect(await health.problem()).to.equal(undefined);
  });

  it('looks once a second, however many ask', async () => {
    for (let asked = 0; asked < 5; asked++) await health.problem();
    expect(health.looks).to.equal(1);
    await rm(fixture.own('tmp'), { recursive: true });
    expect(await health.problem()).to.equal(undefined);
    await fixture.clock.advance(LOOK_EVERY_MS);
    expect(await health.problem()).to.match(/is gone/);
    expect(health.looks).to.equal(2);
  });

  it('says that a disk does not answer, and looks no second time meanwhile', async () => {
    const hanging = Promise.withResolvers<void>();
    health.hanging = hanging.promise;
    for (let times = 0; times < 3; times++) {
      const problem = health.problem();
      await fixture.clock.advance(LOOK_TIMEOUT_MS);
      expect(await problem).to.equal('the disk below FILES_ROOT does not answer: check it');
    }
    expect(health.looks).to.equal(1);
    hanging.resolve();
    await hanging.promise;
    await fixture.clock.advance(LOOK_EVERY_MS);
    expect(await health.problem()).to.equal(undefined);
  });
});
