import 'reflect-metadata';
import { work } from './composition/worker.js';
import { holdYoungGeneration } from './composition/young-generation.js';

holdYoungGeneration();
process.exitCode = await work();
