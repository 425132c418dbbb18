import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The process as the commands see it; `process` itself is one. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

/** Colour only where a person reads it, and not against that person's wish (no-color.org). */
export function wantsColour(io: CliIo, output: TerminalOutput): boolean {
  return output.isTTY === true && (io.env['NO_COLOR'] ?? '') === '';
}

/** Tells of stop signals, which then do not end the process, until disposed of. */
export function onStop(io: CliIo, listener: (signal: StopSignal) => void): Disposable {
  io.on('SIGINT', listener);
  io.on('SIGTERM', listener);
  return {
    [Symbol.dispose]: () => {
      io.off('SIGINT', listener);
      io.off('SIGTERM', listener);
    },
  };
}
