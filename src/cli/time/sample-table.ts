import { type FileHandle, open } from 'node:fs/promises';
import type { TimeSample } from '../../client/index.js';
import type { TerminalOutput } from '../io.js';
import { print } from '../print.js';

/** So much is gathered before it is written: one write for over a thousand exchanges. */
const WRITE_CHARS = 65_536;

/** Every exchange as a line of CSV (RFC 4180, but for the line ends): t1 to t4 in microseconds. */
export class SampleTable implements AsyncDisposable {
  #text = 't1,t2,t3,t4\n';

  private constructor(
    private readonly write: (text: string) => Promise<void>,
    private readonly file: FileHandle | undefined,
  ) {}

  /** @param path of a file that is made or replaced, or `-` for `stdout` */
  static async open(path: string, stdout: TerminalOutput): Promise<SampleTable> {
    if (path === '-') return new SampleTable((text) => print(stdout, text), undefined);
    const file = await open(path, 'w');
    return new SampleTable((text) => file.appendFile(text), file);
  }

  /** What is returned is to be waited for. */
  add({ sentAt, receivedAt, answeredAt, returnedAt }: TimeSample): Promise<void> | undefined {
    this.#text += `${sentAt},${receivedAt},${answeredAt},${returnedAt}\n`;
    return this.#text.length < WRITE_CHARS ? undefined : this.#flush();
  }

  /** What was added until then is kept, also when a run fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.file?.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.write(text);
  }
}
