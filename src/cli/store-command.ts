import type { Argv } from 'yargs';
import { type Arguments, text, valueOption } from './arguments.js';
import type { CliContext } from './cli-command.js';
import { CliError } from './cli-error.js';
import { disposing } from './disposing.js';
import { ExitCode } from './exit-codes.js';
import type { StoreFinding, StoreTools } from './store-tools.js';

const FLAGS = ['files-root', 'files-url'] as const;

/** The options by which a command names a store; what else `serve` reads counts here, too. */
export function storeOptions(yargs: Argv): Argv {
  return yargs
    .option('files-root', valueOption('Directory of the store [FILES_ROOT, or ./data]'))
    .option('files-url', valueOption('S3 bucket of the store, in its place [FILES_URL]'));
}

/**
 * Opens the store that the options name, and closes it however the action ends.
 * @param mustExist whether a directory without a store is refused
 */
export async function withStore<T>(
  args: Arguments,
  { parts }: CliContext,
  mustExist: boolean,
  action: (store: StoreTools) => Promise<T>,
): Promise<T> {
  if (parts.store === undefined) throw new CliError(ExitCode.fault, 'no store can be opened here');
  const given = FLAGS.flatMap((flag) => {
    const value = text(args, flag);
    return value === undefined ? [] : [[flag, value] as const];
  });
  const store = await parts.store(Object.fromEntries(given), mustExist);
  const resource = { store, [Symbol.asyncDispose]: () => store.close() };
  return await disposing(resource, () => action(store));
}

/** `CONTENT  a.txt, version 3: its content is missing`, and what to do. */
export function findingLines({
  code,
  name,
  version,
  what,
  remedy,
  repaired,
}: StoreFinding): string {
  const file =
    name === undefined ? '' : version === undefined ? name : `${name}, version ${version}`;
  const line = `${code.padEnd(9)}${file === '' ? '' : `${file}: `}${what}`;
  return repaired ? `${line} (repaired)\n` : `${line}\n         ${remedy}\n`;
}
