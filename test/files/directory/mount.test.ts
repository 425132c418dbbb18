import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { Mount } from '../../../src/files/directory/mount.js';

describe('Mount', () => {
  it('knows nothing before it has looked', () => {
    expect(new Mount().isLocal).to.equal(false);
  });

  it('tells a disk of this machine from what is none', async () => {
    const mount = new Mount();
    await mount.look(tmpdir());
    expect(mount.isLocal).to.equal(true);
    await mount.look('/proc');
    expect(mount.isLocal).to.equal(false);
  });
});
