import type { VerifiedStream } from '../client/index.js';
import { type CandadoClient, ChecksumDiffers, type FileStat } from '../client/index.js';
import { disposing } from './disposing.js';
import type { CliIo } from './io.js';
import { PartFile, removeOtherParts } from './part-file.js';
import { counted } from './progress.js';
import { formatBytes } from './quantities.js';
import { transferProgress } from './transfer.js';

/** What is fetched, and where to. */
export interface Wanted {
  readonly name: string;
  /** The current one without. */
  readonly version?: number;
  /** A path here, of a file or of nothing yet. */
  readonly target: string;
}

/**
 * Fetches a version into a file that appears, or is replaced, when it is whole and its checksum is
 * right. What an attempt that broke off has left is not sent again.
 */
export class Download {
  readonly #client: CandadoClient;
  readonly #wanted: Wanted;
  readonly #io: CliIo;
  #part: PartFile | undefined;

  constructor(client: CandadoClient, wanted: Wanted, io: CliIo) {
    this.#client = client;
    this.#wanted = wanted;
    this.#io = io;
  }

  /** Resolves to whether there is such a version. */
  async run(): Promise<boolean> {
    try {
      return await this.#attempt();
    } catch (error) {
      if (!(error instanceof ChecksumDiffers) || !this.#part?.resumed) throw error;
      this.#say(
        `the part that an earlier attempt left in ${this.#part.path} was damaged: it was thrown ` +
          'away, and all is fetched anew',
      );
      return await this.#attempt();
    }
  }

  async #attempt(): Promise<boolean> {
    const { name, version } = this.#wanted;
    try {
      const content = await this.#client.getVerified(name, {
        ...(version === undefined ? {} : { version }),
        resume: async (stat) => {
          await this.#part?.[Symbol.asyncDispose]();
          this.#part = await this.#open(stat);
          return { bytes: this.#part.bytes, hash: await this.#part.hash() };
        },
      });
      if (content === null || this.#part === undefined) return false;
      await this.#receive(content, this.#part);
      return true;
    } finally {
      await this.#part?.[Symbol.asyncDispose]();
    }
  }

  async #open({ sha256, size }: FileStat): Promise<PartFile> {
    const { name, target } = this.#wanted;
    if ((await removeOtherParts(target, sha256)) > 0) {
      this.#say(`what was fetched of another version of ${name} was thrown away`);
    }
    const part = await PartFile.open(target, sha256, size);
    if (part.resumed) {
      this.#say(
        `${formatBytes(part.bytes)} of ${formatBytes(size)} are here from an earlier attempt`,
      );
    }
    return part;
  }

  async #receive(content: VerifiedStream, part: PartFile): Promise<void> {
    try {
      await disposing(transferProgress(this.#io.stderr, content.stat.size), (progress) => {
        progress.restart(part.bytes);
        return part.append(counted(content, progress));
      });
    } catch (error) {
      const kept = await part.size();
      if (error instanceof ChecksumDiffers || kept === 0) await part.discard();
      else this.#say(`${formatBytes(kept)} are kept: the same command goes on from there`);
      throw error;
    }
    await part.finish();
  }

  #say(sentence: string): void {
    this.#io.stderr.write(`candado: ${sentence}\n`);
  }
}
