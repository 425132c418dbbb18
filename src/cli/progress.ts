import type { TerminalOutput } from './io.js';

/** What is done sooner needs no bar. */
const SHOW_AFTER_MS = 1_000;
/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[K';

/** A progress bar on a terminal, for what takes over a second; nothing anywhere else. */
export class Progress implements Disposable {
  readonly #output: TerminalOutput;
  readonly #total: number;
  readonly #describe: (done: number, perSecond: number) => string;
  readonly #now: () => number;
  #startedMs: number;
  #startedAt = 0;
  #done = 0;
  #dueMs: number;
  #shown = false;

  /**
   * @param describe what stands behind the bar
   * @param now monotonic milliseconds
   */
  constructor(
    output: TerminalOutput,
    total: number,
    describe: (done: number, perSecond: number) => string,
    now: () => number = () => performance.now(),
  ) {
    this.#output = output;
    this.#total = total;
    this.#describe = describe;
    this.#now = now;
    this.#startedMs = now();
    this.#dueMs = this.#startedMs + SHOW_AFTER_MS;
  }

  /** Goes on from where that much is done, such as nothing: the rate is counted from here. */
  restart(done = 0): void {
    this.#done = done;
    this.#startedAt = done;
    this.#startedMs = this.#now();
  }

  advance(by: number): void {
    this.#done += by;
    if (this.#output.isTTY !== true) return;
    const nowMs = this.#now();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + REDRAW_MS;
    this.#shown = true;
    this.#output.write(CLEAR_LINE + this.#line(nowMs));
  }

  /** Takes the bar away. */
  [Symbol.dispose](): void {
    if (this.#shown) this.#output.write(CLEAR_LINE);
    this.#shown = false;
  }

  #line(nowMs: number): string {
    const share = this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
    const perSecond =
      ((this.#done - this.#startedAt) * 1_000) / Math.max(1, nowMs - this.#startedMs);
    const percent = String(Math.floor(share * 100)).padStart(3);
    return `[${bar}] ${percent} %  ${this.#describe(this.#done, perSecond)}`;
  }
}

/** The same content, with every byte that was taken shown as done. */
export async function* counted<T extends Uint8Array>(
  content: AsyncIterable<T>,
  progress: Progress,
): AsyncGenerator<T, void, undefined> {
  for await (const chunk of content) {
    yield chunk;
    progress.advance(chunk.length);
  }
}
