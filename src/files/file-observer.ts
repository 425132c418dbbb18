/** What the store tells about work that no reply shows; telemetry counts it. */
export abstract class FileObserver {
  /** The plain view of a file was written, a file put there by hand was moved aside, or it failed. */
  abstract viewRepaired(result: 'written' | 'found' | 'failed'): void;
}
