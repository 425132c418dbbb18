import { runPublisher, StandingFailpoints } from '../../contract/publisher-process.js';
import { processStore } from './process-store.js';

const [root = '', step = '', me = '', ...order] = process.argv.slice(2);
const wish = { failpoints: new StandingFailpoints(step), keepVersions: 100, aheadMs: 0 };
await runPublisher(processStore(root, wish), me, order);
