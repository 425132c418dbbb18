import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { type CliParts, runCli } from '../../src/cli/index.js';
import type { CliIo, StopSignal } from '../../src/cli/io.js';

class Captured extends Writable {
  readonly isTTY: boolean;
  readonly columns = 100;
  readonly #pieces: Buffer[] = [];

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  /** Resolves when `part` was written, whether it was already or is later. */
  async includes(part: string): Promise<void> {
    while (!this.text.includes(part)) {
      await new Promise<void>((resolve) => this.once('piece', () => resolve()));
    }
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(Buffer.from(piece));
    this.emit('piece');
    done();
  }
}

/** A process to run commands in: what goes in is the test's, what comes out is kept. */
export class CapturedIo extends EventEmitter implements CliIo {
  readonly stdin = new PassThrough();
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly env: Record<string, string | undefined>;

  constructor({ env = {}, tty = false }: { env?: Record<string, string>; tty?: boolean } = {}) {
    super();
    this.env = { PATH: process.env['PATH'], ...env };
    this.stdout = new Captured(tty);
    this.stderr = new Captured(tty);
  }

  signal(signal: StopSignal): void {
    this.emit(signal, signal);
  }
}

export const NO_SERVER: CliParts = { serve: () => Promise.reject(new Error('serve was called')) };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function run(
  argv: readonly string[],
  io = new CapturedIo(),
  parts = NO_SERVER,
): Promise<Ran> {
  const code = await runCli(argv, io, parts);
  return { code, out: io.stdout.text, err: io.stderr.text };
}
