import type { TerminalOutput } from './io.js';
import type { LiveLine } from './live-line.js';

/** Something to know about one file, or one version of it, of an archive. */
export interface TransferNote {
  readonly code: 'DAMAGED' | 'PRUNED' | 'PASSED' | 'REFUSED';
  readonly name: string;
  readonly version?: number;
  /** A sentence without its end. */
  readonly why: string;
}

/** Lines that are told while a {@link LiveLine} is shown. */
export class TransferNotes {
  constructor(
    private readonly output: TerminalOutput,
    private readonly line: LiveLine,
    private readonly json: boolean,
  ) {}

  tell(note: TransferNote): void {
    this.line.hide();
    this.output.write(this.json ? `${JSON.stringify(note)}\n` : sentence(note));
  }
}

/** `DAMAGED  a.txt, version 3: its content is missing`. */
function sentence({ code, name, version, why }: TransferNote): string {
  const what = version === undefined ? name : `${name}, version ${version}`;
  return `${code.padEnd(8)} ${what}: ${why}\n`;
}
