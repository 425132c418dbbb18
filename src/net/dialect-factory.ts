import { injectable } from 'inversify';
import { CommandRegistry } from '../commands/registry.js';
import type { Dialect, DialectName } from '../dialects/dialect.js';
import { LastRequest } from '../dialects/resp/last-request.js';
import { RespDialect } from '../dialects/resp/resp-dialect.js';
import { TextDialect } from '../dialects/text/text-dialect.js';
import { NetOptions } from './options.js';

/** Makes the dialect of one connection. */
@injectable()
export class DialectFactory {
  readonly #lastRequest = new LastRequest();

  constructor(
    private readonly registry: CommandRegistry,
    private readonly options: NetOptions,
  ) {}

  make(name: DialectName): Dialect {
    const { maxFileBytes, maxTextBytes, textProfile, textQuietMs } = this.options;
    if (name === 'resp') {
      return new RespDialect({
        maxFileBytes,
        contentIndexOf: (command) => this.registry.contentIndexOf(command),
        answersAlike: (command) => this.registry.answersAlike(command),
        lastRequest: this.#lastRequest,
      });
    }
    return new TextDialect({
      profile: textProfile,
      quietMs: textQuietMs,
      maxTextBytes,
      maxFileBytes,
    });
  }
}
