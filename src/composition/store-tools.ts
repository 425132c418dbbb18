import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Container, injectable } from 'inversify';
import { CliError, UsageError } from '../cli/cli-error.js';
import { ExitCode } from '../cli/exit-codes.js';
import type { StoreFinding, StoreTools } from '../cli/store-tools.js';
import type { Config } from '../config/config.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { FINDINGS, type Finding } from '../files/check/finding.js';
import { StoreAdoption } from '../files/check/store-adoption.js';
import { StoreCheck } from '../files/check/store-check.js';
import { OWN_FOLDER } from '../files/directory/layout.js';
import { FileStoreUnavailable } from '../files/errors.js';
import { FileObserver } from '../files/file-observer.js';
import { FileStore } from '../files/file-store.js';
import { StoreExport } from '../files/transfer/store-export.js';
import { StoreImport } from '../files/transfer/store-import.js';
import { Log } from '../telemetry/log.js';
import { WinstonLog } from '../telemetry/winston-log.js';
import { placeOf } from './banner.js';
import { clockModule } from './clock.js';
import { filesModule } from './files.js';

/** Nobody scrapes the metrics of a command. */
@injectable()
class UnheardFileObserver extends FileObserver {
  override viewRepaired(): void {
    return;
  }
}

/**
 * Opens the store that settings and flags name, without serving it.
 * @param mustExist whether a directory that has no store is refused
 * @throws {UsageError} for wrong settings
 * @throws {CliError} where the store cannot be reached
 */
export async function openStoreTools(
  flags: Readonly<Record<string, string>>,
  mustExist: boolean,
): Promise<StoreTools> {
  const config = settings(flags);
  if (mustExist && config.filesUrl === undefined) await mustHaveStore(config.filesRoot);
  const container = new Container({ defaultScope: 'Singleton' });
  const log = WinstonLog.open({ level: 'error', format: 'auto', target: process.stderr });
  container.load(clockModule, filesModule(config, { sweeps: false }));
  container.bind(Log).toConstantValue(log);
  container.bind(FileObserver).to(UnheardFileObserver);
  container.bind(StoreCheck).toSelf();
  container.bind(StoreAdoption).toSelf();
  container.bind(StoreExport).toSelf();
  container.bind(StoreImport).toSelf();
  const files = container.get(FileStore);
  // The clock's timers alone keep no process alive, and a check may wait for one.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await reached(() => files.open());
  } catch (error) {
    clearInterval(alive);
    throw error;
  }
  return {
    place: placeOf(config),
    check: (options, progress) =>
      explained(container.get(StoreCheck).run(options, progress), findingOf),
    adopt: () =>
      explained(container.get(StoreAdoption).run(), (result) =>
        result.kind === 'found' ? { ...result, finding: findingOf(result.finding) } : result,
      ),
    export: (options, progress) =>
      explained(container.get(StoreExport).run(options, progress), (chunk) => chunk),
    import: (archive, progress) => reached(() => container.get(StoreImport).run(archive, progress)),
    close: async () => {
      clearInterval(alive);
      await files.close();
    },
  };
}

function settings(flags: Readonly<Record<string, string>>): Config {
  try {
    return loadConfig(process.env, flags);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

async function mustHaveStore(root: string): Promise<void> {
  try {
    await stat(join(root, OWN_FOLDER));
  } catch {
    throw new UsageError(
      `there is no store in ${root}: name its directory with --files-root, or its bucket with --files-url`,
    );
  }
}

function findingOf(finding: Finding): StoreFinding {
  return { ...finding, remedy: FINDINGS[finding.code] };
}

async function* explained<From, To>(
  results: AsyncIterable<From>,
  convert: (result: From) => To,
): AsyncGenerator<To, void, undefined> {
  try {
    for await (const result of results) yield convert(result);
  } catch (error) {
    throw asCliError(error);
  }
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asCliError(error);
  }
}

function asCliError(error: unknown): unknown {
  if (!(error instanceof FileStoreUnavailable)) return error;
  return new CliError(ExitCode.unavailable, error.message);
}
