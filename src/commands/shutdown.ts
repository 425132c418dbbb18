/** Stops this process in good order. */
export abstract class Shutdown {
  /**
   * Returns at once. What it starts begins only after its caller has returned, so that the reply
   * to the command that asked for it still leaves. Asking again changes nothing.
   * @param reason for the log
   */
  abstract request(reason: string): void;
}
