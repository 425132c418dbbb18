import { describeFileStore } from '../../contract/file-store.contract.js';
import { StoreFixture } from './store-fixture.js';

for (const durability of ['fsync', 'os'] as const) {
  describeFileStore(`DirectoryFileStore, two replicas, DURABILITY=${durability}`, async () => {
    const fixture = await StoreFixture.create();
    const options = { durability, plainView: 'on' } as const;
    const { store: here } = await fixture.replica(options);
    const { store: there } = await fixture.replica(options);
    return { here, there, close: () => fixture.close() };
  });
}
