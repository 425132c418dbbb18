import type { TerminalOutput } from './io.js';
import { formatBytes } from './quantities.js';

const SHOW_AFTER_MS = 1_000;
const REDRAW_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** How far something is whose end is not known: a line on a terminal, nothing anywhere else. */
export class LiveLine implements Disposable {
  files = 0;
  bytes = 0;
  readonly #startedMs: number;
  #dueMs: number;
  #shown = false;

  /** @param now monotonic milliseconds */
  constructor(
    private readonly output: TerminalOutput,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#startedMs = now();
    this.#dueMs = this.#startedMs + SHOW_AFTER_MS;
  }

  add(files: number, bytes: number): void {
    this.files += files;
    this.bytes += bytes;
    if (this.output.isTTY !== true) return;
    const nowMs = this.now();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + REDRAW_MS;
    this.#shown = true;
    const perSecond = (this.bytes * 1_000) / Math.max(1, nowMs - this.#startedMs);
    this.output.write(`${CLEAR_LINE}${this.summary()}, ${formatBytes(perSecond)}/s`);
  }

  /** `12 files, 3.4 MiB`. */
  summary(): string {
    return `${this.files} ${this.files === 1 ? 'file' : 'files'}, ${formatBytes(this.bytes)}`;
  }

  /** Makes way for another line; the next step shows it again. */
  hide(): void {
    if (this.#shown) this.output.write(CLEAR_LINE);
    this.#shown = false;
  }

  [Symbol.dispose](): void {
    this.hide();
  }
}
