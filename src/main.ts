#!/usr/bin/env node
import 'reflect-metadata';

/** As `engines` in package.json says. */
const OLDEST_NODE = 26;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `candado: this needs Node.js ${OLDEST_NODE} or newer and runs on ${process.version}: ` +
      'in a checkout `npx candado` finds the right one\n',
  );
  process.exit(1);
}

// Threads that wait for the disk; the first work for one settles how many there are. With the usual
// 4, 64 syncs at a time took 1.6 times as long as with 16. Workers are given it with the environment.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

// Loaded after that check, for an older Node may not even be able to read it.
(await import('./composition/young-generation.js')).holdYoungGeneration();
const { runCli } = await import('./cli/index.js');
process.exitCode = await runCli(process.argv.slice(2), process, {
  // What only a server needs is loaded only where one is wanted: the other commands start faster.
  settings: async () => (await import('./config/reference.js')).SETTING_LIST,
  store: async (flags, mustExist) =>
    (await import('./composition/store-tools.js')).openStoreTools(flags, mustExist),
  serve: async (flags) => (await import('./composition/serve.js')).serve(flags),
});
