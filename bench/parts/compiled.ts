import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_FOLDER } from '../../test/support/candado-process.js';

/** Compiles one of `bench/native`; the path of the program. */
export async function compiled(compiler: string, name: string, folder: string): Promise<string> {
  const program = join(folder, name);
  const source = join(PACKAGE_FOLDER, 'bench', 'native', `${name}.c`);
  await promisify(execFile)(compiler, ['-O2', '-Wall', '-o', program, source]);
  return program;
}
