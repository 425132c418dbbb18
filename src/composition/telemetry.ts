import { ContainerModule } from 'inversify';
import { BuildInfo } from '../commands/build-info.js';
import { CommandObserver } from '../commands/command-observer.js';
import { CommandHandler } from '../commands/spec.js';
import type { Config } from '../config/config.js';
import { SubscriptionObserver } from '../events/subscription-observer.js';
import { FileObserver } from '../files/file-observer.js';
import { SCRIPT_NAMES } from '../locks/redis/script-source.js';
import { TableObserver } from '../locks/table-observer.js';
import { ConnectionObserver } from '../net/connection-observer.js';
import { LockObserver } from '../sessions/lock-observer.js';
import { HttpEndpoints } from '../telemetry/http-endpoints.js';
import { HttpOptions } from '../telemetry/http-options.js';
import { TelemetryServer } from '../telemetry/http-server.js';
import { Log } from '../telemetry/log.js';
import { MetricsPage } from '../telemetry/metrics-page.js';
import { KnownCommands } from '../telemetry/prometheus/known-commands.js';
import { KnownScripts } from '../telemetry/prometheus/known-scripts.js';
import { MetricsRegistry } from '../telemetry/prometheus/metrics-registry.js';
import { PromCommandObserver } from '../telemetry/prometheus/prom-command-observer.js';
import { PromConnectionObserver } from '../telemetry/prometheus/prom-connection-observer.js';
import { PromFileObserver } from '../telemetry/prometheus/prom-file-observer.js';
import { PromLockObserver } from '../telemetry/prometheus/prom-lock-observer.js';
import { PromSubscriptionObserver } from '../telemetry/prometheus/prom-subscription-observer.js';
import { PromTableObserver } from '../telemetry/prometheus/prom-table-observer.js';
import type { WinstonLog } from '../telemetry/winston-log.js';

/** The registry makes COMMAND itself, from the commands it was given. */
const MADE_BY_REGISTRY = 'COMMAND';

export const telemetryModule = (config: Config, log: WinstonLog): ContainerModule =>
  new ContainerModule(({ bind, onActivation }) => {
    bind(Log).toConstantValue(log);
    bind(HttpOptions).toConstantValue(new HttpOptions(config.httpHost, config.httpPort));
    bind(HttpEndpoints).toSelf();
    bind(TelemetryServer).toSelf();

    bind(MetricsRegistry).toSelf();
    bind(MetricsPage).toService(MetricsRegistry);
    onActivation(MetricsRegistry, ({ get }, registry) => {
      registry.describeProcess(get(BuildInfo).version);
      return registry;
    });
    bind(KnownCommands).toDynamicValue(
      ({ getAll }) =>
        new KnownCommands([
          ...getAll(CommandHandler).map((handler) => handler.spec.name),
          MADE_BY_REGISTRY,
        ]),
    );
    bind(KnownScripts).toConstantValue(new KnownScripts(SCRIPT_NAMES));

    bind(ConnectionObserver).to(PromConnectionObserver);
    bind(CommandObserver).to(PromCommandObserver);
    bind(LockObserver).to(PromLockObserver);
    bind(TableObserver).to(PromTableObserver);
    bind(FileObserver).to(PromFileObserver);
    bind(SubscriptionObserver).to(PromSubscriptionObserver);
  });
