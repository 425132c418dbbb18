#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './cli/index.js';
import { SETTING_LIST } from './config/reference.js';

process.exitCode = await runCli(process.argv.slice(2), process, {
  settings: SETTING_LIST,
  // The server's parts are loaded only where a server is wanted: the other commands start faster.
  serve: async (flags) => (await import('./composition/serve.js')).serve(flags),
});
