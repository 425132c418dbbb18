/** Where the process is in its life: starting, ready, draining. */
export class AppState {
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

  /** Undefined once it is ready and as long as it is. */
  get problem(): string | undefined {
    return this.#phase === 'ready' ? undefined : this.#phase;
  }
}
