import { Writable } from 'node:stream';

/** A stand-in for standard output. */
export class CapturedOutput extends Writable {
  text = '';

  constructor(
    readonly isTTY = false,
    private readonly colours = false,
  ) {
    super({ decodeStrings: false });
  }

  hasColors(): boolean {
    return this.colours;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Every line as the JSON object that it has to be. */
  get records(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  override _write(chunk: string, _encoding: string, done: (error?: Error) => void): void {
    this.text += chunk;
    done();
  }
}
