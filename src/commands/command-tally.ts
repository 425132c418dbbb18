import { injectable } from 'inversify';

/** How many commands this process has answered, for `INFO`. */
@injectable()
export class CommandTally {
  #commands = 0;
  #errors = 0;

  get commands(): number {
    return this.#commands;
  }

  /** Those of them that were answered with an error. */
  get errors(): number {
    return this.#errors;
  }

  count(failed: boolean, times: number): void {
    this.#commands += times;
    if (failed) this.#errors += times;
  }
}
