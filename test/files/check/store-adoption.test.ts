import { appendFile, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { StoreAdoption } from '../../../src/files/check/store-adoption.js';
import {
  CONTRACT_MAX_FILE_BYTES,
  nameOf,
  read,
  write,
} from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from '../directory/store-fixture.js';
import { headPath, lineOf } from './check-rig.js';

/** Covers that the fake clock starts a little ahead of the disk's, and that files settle. */
const A_BIT_MS = 5_000;

describe('Adopting a whole store', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica({ plainView: 'on' });
    await write(replica.store, 'known', 'of the store');
    await mkdir(fixture.path('folder'));
    await writeFile(fixture.path('a'), 'first');
    await writeFile(fixture.path('folder/b'), 'second');
    await settled();
  });

  afterEach(() => fixture.close());

  async function settled(): Promise<void> {
    await replica.store.idle();
    await fixture.clock.advance(A_BIT_MS);
    await replica.store.idle();
  }

  async function adopted(): Promise<readonly string[]> {
    const adoption = new StoreAdoption(replica.store, replica.store.upkeep);
    const results = await Array.fromAsync(adoption.run());
    return results.map((result) => {
      if (result.kind === 'found') return lineOf(result.finding);
      return `${result.kind} ${result.name}${result.kind === 'refused' ? `: ${result.why}` : ''}`;
    });
  }

  it('makes them version 1, once', async () => {
    expect(await adopted()).to.deep.equal(['adopted a', 'adopted folder/b']);
    expect(await read(replica.store, 'folder/b', 1)).to.equal('second');
    expect(await adopted()).to.deep.equal([]);
  });

  it('goes on past what is too big', async () => {
    await writeFile(fixture.path('a'), 'x'.repeat(CONTRACT_MAX_FILE_BYTES + 1));
    expect(await adopted()).to.deep.equal([
      `refused a: a file may have at most ${CONTRACT_MAX_FILE_BYTES} bytes (MAX_FILE_BYTES)`,
      'adopted folder/b',
    ]);
    expect(await replica.store.head(nameOf('folder/b'))).to.include({ version: 1 });
  });

  it('goes on past what somebody is writing', async () => {
    // Every copy meets a file that has grown.
    const grow = async (): Promise<void> => {
      await appendFile(fixture.path('a'), 'more');
      await utimes(fixture.path('a'), 1_600_000_000, 1_600_000_000);
      replica.failpoints.doAt('adopt.copied', grow);
    };
    replica.failpoints.doAt('adopt.copied', grow);
    await rm(fixture.path('folder/b'));
    await write(replica.store, 'b', 'of the store');
    await settled();
    expect(await adopted()).to.deep.equal([
      'refused a: "a" is being written below FILES_ROOT by something else: try again in a moment',
    ]);
    expect(await replica.store.upkeep.isKnown(nameOf('a'))).to.equal(false);
  });

  it('names what was put in the place of a version, and of files, and leaves it there', async () => {
    await write(replica.store, 'linked', 'of the store');
    await settled();
    await rm(fixture.path('linked'));
    await symlink('known', fixture.path('linked'));
    await writeFile(fixture.path('known'), 'by hand');
    expect(await adopted()).to.deep.equal([
      'adopted a',
      'adopted folder/b',
      'REPLACED known: its plain file is not what the store wrote there',
      'BLOCKED linked: something that is no file lies where its plain file belongs',
    ]);
    expect(await read(replica.store, 'known')).to.equal('of the store');
  });

  it('does not take a version for a file without history because its head is gone', async () => {
    await rm(await headPath(fixture, 'known'));
    expect(await adopted()).to.deep.equal([
      'adopted a',
      'adopted folder/b',
      'refused known: the head of "known" is gone: restore .candado/files from a backup',
    ]);
  });

  it('says nothing of a plain file that is only missing', async () => {
    await rm(fixture.path('known'));
    expect(await adopted()).to.deep.equal(['adopted a', 'adopted folder/b']);
  });
});
