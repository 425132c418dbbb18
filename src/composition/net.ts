import { ContainerModule } from 'inversify';
import { ConnectionDirectory } from '../commands/connection-directory.js';
import type { Config } from '../config/config.js';
import { Connections } from '../net/connections.js';
import { DialectFactory } from '../net/dialect-factory.js';
import { NetOptions } from '../net/options.js';
import { TcpServer } from '../net/tcp-server.js';

export const netModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(NetOptions).toConstantValue(new NetOptions(config));
    bind(Connections).toSelf();
    bind(ConnectionDirectory).toService(Connections);
    bind(DialectFactory).toSelf();
    bind(TcpServer).toSelf();
  });
