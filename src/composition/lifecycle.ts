import { ContainerModule } from 'inversify';
import { BuildInfo } from '../commands/build-info.js';
import { Shutdown } from '../commands/shutdown.js';
import { Readiness } from '../telemetry/readiness.js';

/** Where the process is in its life: starting, ready, draining. */
export class AppState extends Readiness {
  #phase: 'starting' | 'ready' | 'draining' = 'starting';
  readonly #stopRequested = Promise.withResolvers<string>();

  get stopRequested(): Promise<string> {
    return this.#stopRequested.promise;
  }

  ready(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  drain(): void {
    this.#phase = 'draining';
  }

  requestStop(reason: string): void {
    this.#stopRequested.resolve(reason);
  }

  override problems(): readonly string[] {
    return this.#phase === 'ready' ? [] : [this.#phase];
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
    bind(Readiness).toConstantValue(state);
    bind(Shutdown).toConstantValue(new RemoteShutdown(state));
    bind(BuildInfo).toConstantValue(new BuildInfo(version));
  });
