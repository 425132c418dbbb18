import { runPublisher, StandingFailpoints } from '../../contract/publisher-process.js';
import { makeReplica } from './s3-fixture.js';

const [endpoint = '', bucket = '', prefix = '', step = '', me = '', ...order] =
  process.argv.slice(2);
const failpoints = new StandingFailpoints(step);
const { store } = makeReplica({ endpoint, bucket, prefix, keepVersions: 100, failpoints });
await runPublisher(store, me, order);
