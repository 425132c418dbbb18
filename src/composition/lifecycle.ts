import { ContainerModule } from 'inversify';
import { BuildInfo } from '../commands/build-info.js';
import { Shutdown } from '../commands/shutdown.js';
import { StoreHealth } from '../files/store-health.js';
import { Readiness } from '../telemetry/readiness.js';
import { AppState } from './app-state.js';

class AppReadiness extends Readiness {
  constructor(
    private readonly state: AppState,
    private readonly health: StoreHealth,
  ) {
    super();
  }

  override async problems(): Promise<readonly string[]> {
    const problem = this.state.problem ?? (await this.health.problem());
    return problem === undefined ? [] : [problem];
  }
}

class RemoteShutdown extends Shutdown {
  constructor(private readonly state: AppState) {
    super();
  }

  override request(reason: string): void {
    this.state.requestStop(reason);
  }
}

export const lifecycleModule = (version: string): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const state = new AppState();
    bind(AppState).toConstantValue(state);
    bind(Readiness).toDynamicValue(({ get }) => new AppReadiness(state, get(StoreHealth)));
    bind(Shutdown).toConstantValue(new RemoteShutdown(state));
    bind(BuildInfo).toConstantValue(new BuildInfo(version));
  });
