#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './cli/index.js';
import { serve } from './composition/serve.js';

process.exitCode = await runCli(process.argv.slice(2), process, { serve });
