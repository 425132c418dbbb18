/** Whether this replica should be sent new clients. */
export abstract class Readiness {
  /** Why it should not, each in a few words (`draining`); empty if it should. */
  abstract problems(): Promise<readonly string[]>;
}
