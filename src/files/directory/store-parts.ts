import type { Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import type { FileObserver } from '../file-observer.js';
import { Adoption } from './adoption.js';
import { ContentReceiver } from './content-receiver.js';
import { ContentShelf } from './content-shelf.js';
import { Durable } from './durable.js';
import { FoundShelf } from './found-shelf.js';
import { HashThread } from './hash-thread.js';
import { HeadCreator } from './head-creator.js';
import { HeadReader } from './head-reader.js';
import { HeadSwapper } from './head-swapper.js';
import { History } from './history.js';
import { Layout } from './layout.js';
import { Listing } from './listing.js';
import { Mount } from './mount.js';
import type { DirectoryStoreOptions } from './options.js';
import { Orphans } from './orphans.js';
import { PacedNames } from './paced-names.js';
import { PlainTree } from './plain-tree.js';
import { PlainView, VIEW_PACE_MS } from './plain-view.js';
import { PublishedRequests } from './published-requests.js';
import { QuickDisk } from './quick-disk.js';
import { Retention } from './retention.js';
import { Sweeper } from './sweeper.js';
import { DirectoryUpkeep } from './upkeep.js';
import { ViewLinks } from './view-links.js';
import { ViewLook } from './view-look.js';

/** Names whose plain files wait to be written; beyond it the next sweep writes them. */
const MAX_WAITING_VIEWS = 10_000;

export type StoreParts = ReturnType<typeof buildParts>;

/** The parts of a directory store, each with what it needs of the others. */
export function buildParts(
  options: DirectoryStoreOptions,
  clock: Clock,
  log: Log,
  observer: FileObserver,
  failpoints: Failpoints,
  mount = new Mount(),
) {
  const { keeping, maxFileBytes } = options;
  const layout = new Layout(options.root);
  const durable = new Durable(options.durability, failpoints, mount);
  const disk = new QuickDisk(mount);
  const reader = new HeadReader(layout, mount);
  const creator = new HeadCreator(layout, reader, durable, failpoints);
  const hashThread = new HashThread();
  const receiver = new ContentReceiver(durable, hashThread, maxFileBytes);
  const shelf = new ContentShelf(layout, durable, disk, clock, failpoints, receiver);
  const swapper = new HeadSwapper(layout, reader, shelf, durable, failpoints, disk);
  const history = new History(shelf, clock, keeping);
  const requests = new PublishedRequests(shelf, keeping);
  const plain = new PlainTree(layout, reader, mount);
  const links = new ViewLinks(layout);
  const listing = new Listing(layout, reader, plain);
  const adoption = new Adoption(
    plain,
    links,
    reader,
    creator,
    swapper,
    shelf,
    clock,
    log,
    failpoints,
    maxFileBytes,
  );
  const looking = new ViewLook(plain, links, history);
  const view = new PlainView(
    layout,
    plain,
    links,
    new FoundShelf(layout, clock),
    reader,
    shelf,
    looking,
    failpoints,
    log,
    observer,
  );
  const views = new PacedNames(MAX_WAITING_VIEWS, VIEW_PACE_MS, clock, (name) =>
    view.refresh(name, 'publish'),
  );
  const retention = new Retention(reader, shelf, clock, log, failpoints, keeping);
  const orphans = new Orphans(layout, reader, swapper, shelf, clock, failpoints, keeping, links);
  const plainView = options.plainView === 'on' ? view : undefined;
  const upkeep = new DirectoryUpkeep(layout, reader, shelf, keeping, orphans, plainView, clock);
  const sweeper = new Sweeper(
    layout,
    listing,
    swapper,
    adoption,
    retention,
    orphans,
    plainView,
    clock,
    log,
    options.settleMs,
  );
  return {
    layout,
    mount,
    durable,
    reader,
    creator,
    hashThread,
    shelf,
    swapper,
    history,
    requests,
    plain,
    listing,
    adoption,
    views,
    retention,
    upkeep,
    sweeper,
  };
}
