#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './cli/index.js';

process.exitCode = await runCli(process.argv.slice(2), process, {
  // What only a server needs is loaded only where one is wanted: the other commands start faster.
  settings: async () => (await import('./config/reference.js')).SETTING_LIST,
  serve: async (flags) => (await import('./composition/serve.js')).serve(flags),
});
