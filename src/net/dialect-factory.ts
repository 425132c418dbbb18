import { injectable } from 'inversify';
import { CommandRegistry } from '../commands/registry.js';
import type { Dialect, DialectName } from '../dialects/dialect.js';
import { Decodings } from '../dialects/resp/decoding.js';
import { LastRequest } from '../dialects/resp/last-request.js';
import { RespDialect } from '../dialects/resp/resp-dialect.js';
import { TimeText } from '../dialects/resp/time-text.js';
import { TextDialect } from '../dialects/text/text-dialect.js';
import { NetOptions } from './options.js';

/** Makes the dialect of one connection. */
@injectable()
export class DialectFactory {
  /** Shared by all connections. */
  readonly #decodings: Decodings;
  readonly #timeText = new TimeText();

  constructor(
    registry: CommandRegistry,
    private readonly options: NetOptions,
  ) {
    this.#decodings = new Decodings({
      maxFileBytes: options.maxFileBytes,
      contentIndexOf: (command) => registry.contentIndexOf(command),
      answersAlike: (command) => registry.answersAlike(command),
      lastRequest: new LastRequest(),
    });
  }

  make(name: DialectName): Dialect {
    const { maxFileBytes, maxTextBytes, textProfile, textQuietMs } = this.options;
    if (name === 'resp') return new RespDialect(this.#decodings, this.#timeText);
    return new TextDialect({
      profile: textProfile,
      quietMs: textQuietMs,
      maxTextBytes,
      maxFileBytes,
    });
  }
}
