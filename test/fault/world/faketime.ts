import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_FOLDER } from '../../support/candado-process.js';

/** The library that steps a process's clock cannot be had. */
export class NoFaketimeError extends Error {
  readonly code = 'NO_FAKETIME';
}

/**
 * The path of libfaketime, which is installed where that can be done.
 * @throws NoFaketimeError saying what to do
 */
export async function libfaketime(): Promise<string> {
  const script = join(PACKAGE_FOLDER, 'scripts/containers/faketime.sh');
  try {
    const { stdout } = await promisify(execFile)('bash', [script]);
    return stdout.trim();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new NoFaketimeError(
      `clocks cannot be stepped: ${said.split('\n').at(-1)}; or leave it out: --without step-clock`,
    );
  }
}
