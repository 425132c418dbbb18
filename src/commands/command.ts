import type { Upload } from './upload.js';

/** A request as every dialect decodes it. */
export interface Command {
  /** Upper-case. Not necessarily a known one. */
  readonly name: string;
  /**
   * What follows the name. Where a content is still on its way, only what came before it; the rest
   * is `upload`.
   */
  readonly args: readonly Buffer[];
  /** The content, of a command that has one, if it did not arrive together with its command. */
  readonly upload?: Upload;
  /** When its last byte (or, with an upload, its content's first) was read; µs since the epoch. */
  readonly receivedAt: number;
  /**
   * How many equal requests of one read, one behind the other, this stands for; one if absent. Over
   * one only where its handler answers such alike: see `CommandHandler.answersAlike`.
   */
  readonly times?: number;
}
