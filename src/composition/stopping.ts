/** A second signal, or a stop that takes longer than draining may, ends the process at once. */
export const STOP_GRACE_MS = 5_000;

/** Resolves with the name of the next signal to stop. */
export function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}

/** Why it could not start, with what to do about it. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `${error.message}: something else listens there; choose another with --port or --http-port`;
  }
  if (code === 'EACCES')
    return `${error.message}: choose a port over 1023, or a directory you may write`;
  return error.message;
}
