import { Input } from './input.js';
import { RequestDecoder, type RequestOptions } from './request-decoder.js';

/** What is read and not yet decoded, and how far the decoder is with it. */
export class Decoding {
  readonly input = new Input();
  readonly decoder: RequestDecoder;

  constructor(options: RequestOptions) {
    this.decoder = new RequestDecoder(options);
  }

  /** Whether it holds nothing of anybody. */
  get atRest(): boolean {
    return this.decoder.atRest && this.input.cost === 0;
  }
}

/**
 * Lends a {@link Decoding} to whichever connection has something to decode: an idle one needs none,
 * and there may be many thousands of those.
 */
export class Decodings {
  /** One is enough: what arrives at once is nearly always decoded at once. */
  #spare: Decoding | undefined;

  constructor(private readonly options: RequestOptions) {}

  lend(): Decoding {
    const decoding = this.#spare ?? new Decoding(this.options);
    this.#spare = undefined;
    return decoding;
  }

  /** @param decoding at rest */
  giveBack(decoding: Decoding): void {
    this.#spare = decoding;
  }
}
