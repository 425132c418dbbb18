import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Pins, Place } from './pins.js';

const SCRIPT = fileURLToPath(new URL('../servers/load.js', import.meta.url));

export interface LoadWish {
  /** Connections are spread over all of them. */
  readonly ports: readonly number[];
  readonly connections: number;
  /** Requests of one connection that are sent at once. */
  readonly pipeline: number;
  /** Of all connections together. */
  readonly requests: number;
  readonly request: string;
  /** When a reply is over. */
  readonly reply: { readonly lines: number } | { readonly bytes: number };
  readonly place: Place;
}

export interface Loaded {
  readonly seconds: number;
  /** Of a batch. */
  readonly p50Us: number;
  readonly p99Us: number;
}

/** The same client for all that is compared, in a process of its own: of C where that is possible. */
export class Load {
  constructor(
    private readonly pins: Pins,
    /** Undefined: the one of Node.js. */
    private readonly native: string | undefined,
  ) {}

  async run(wish: LoadWish): Promise<Loaded> {
    const { ports, connections, pipeline, requests, request, reply, place } = wish;
    const ends = 'lines' in reply ? ['lines', reply.lines] : ['bytes', reply.bytes];
    const args = [
      ports.join(','),
      connections,
      pipeline,
      requests,
      Buffer.from(request).toString('hex'),
      ...ends,
    ].map(String);
    const [command, commandArgs] = this.pins.command(
      place,
      this.native ?? process.execPath,
      this.native === undefined ? [SCRIPT, ...args] : args,
    );
    const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    process.off('exit', kill);
    if (code !== 0) throw new Error(`the load ended with ${code}`);
    return JSON.parse(out) as Loaded;
  }
}
