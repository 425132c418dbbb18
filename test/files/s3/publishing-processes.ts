import type { SharedPlace } from '../../contract/publishing-processes.js';
import { ClockAhead } from '../../support/clock-ahead.js';
import { makeReplica } from './s3-fixture.js';

export interface BucketPlace {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** A bucket that processes share. */
export function placeIn(bucketPlace: BucketPlace): SharedPlace {
  const { endpoint, bucket, prefix } = bucketPlace;
  return {
    script: new URL('./publisher-child.js', import.meta.url),
    args: [endpoint, bucket, prefix],
    replica: async ({ aheadMs, keepVersions }) => {
      const clock = new ClockAhead(aheadMs);
      const { store } = makeReplica({ ...bucketPlace, clock, keepVersions });
      await store.open();
      await store.idle();
      return store;
    },
  };
}
