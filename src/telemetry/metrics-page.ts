/** What `/metrics` answers. */
export abstract class MetricsPage {
  abstract readonly contentType: string;
  /** Everything that was counted, in Prometheus's text format. */
  abstract render(): Promise<string>;
}
