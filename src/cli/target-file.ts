import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-codes.js';

/** Where a content is to go. */
export interface TargetFile {
  /** Without links, so that what they lead to is replaced, and not they. */
  readonly path: string;
  /** Whether it is a file, or nothing yet, and not a device or a pipe, which take bytes as they come. */
  readonly replaceable: boolean;
}

export async function targetFile(path: string): Promise<TargetFile> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (real === undefined) return { path, replaceable: true };
  const found = await stat(real);
  if (found.isDirectory()) {
    throw new CliError(ExitCode.usage, `${path} is a folder: name a file in it`);
  }
  return { path: real, replaceable: found.isFile() };
}

/** Passes a content on; a file appears, or is replaced, only when all is there. */
export async function writeWhole(
  { path, replaceable }: TargetFile,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!replaceable) {
    await pipeline(content, createWriteStream(path));
    return;
  }
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const file = createWriteStream(part, { flags: 'wx', flush: true });
  try {
    await pipeline(content, file);
    await rename(part, path);
  } catch (error) {
    // It may be about to be opened, and would be there afterwards.
    if (!file.closed) await new Promise((resolve) => file.once('close', resolve));
    await rm(part, { force: true });
    throw error;
  }
}
