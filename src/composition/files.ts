import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { DirectoryFileStore } from '../files/directory/directory-file-store.js';
import { DirectoryStoreOptions } from '../files/directory/options.js';
import { FileStore } from '../files/file-store.js';

export const filesModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(DirectoryStoreOptions).toConstantValue(
      new DirectoryStoreOptions(
        config.filesRoot,
        config.maxFileBytes,
        config.keepVersions,
        config.durability,
        config.plainView,
      ),
    );
    bind(FileStore).to(DirectoryFileStore);
  });
