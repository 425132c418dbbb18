import type { Config } from '../config/config.js';

/** One metric of a process at some moment, as plain data; what its types mean is Prometheus's. */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How values of several processes become one: `sum`, `max` … */
  readonly aggregator: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    /** Where it differs from the metric's own: the parts of a histogram. */
    readonly metricName?: string;
  }[];
}

export type MetricsSnapshot = readonly MetricSnapshot[];

/** What a worker can be asked for. */
export interface Answers {
  readonly metrics: MetricsSnapshot;
  /** Why it should not be sent new clients; empty if it should. */
  readonly problems: readonly string[];
}

export type Question = keyof Answers;

/** A worker's first message: all it has to know. */
export interface Begin {
  readonly kind: 'begin';
  /** From 1; a replacement has the number of the one it replaces. */
  readonly number: number;
  readonly config: Config;
}

export type ToWorker =
  | Begin
  | { readonly kind: 'ask'; readonly question: Question; readonly id: number }
  | { readonly kind: 'stop'; readonly reason: string };

export type FromWorker =
  | { readonly kind: 'ready'; readonly port: number }
  /** It could not start, and ends. */
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly [Asked in Question]: {
        readonly kind: 'answer';
        readonly question: Asked;
        readonly id: number;
        readonly answer: Answers[Asked];
      };
    }[Question]
  /** All it has counted, before it ends. */
  | { readonly kind: 'counted'; readonly metrics: MetricsSnapshot }
  /** One of its clients, which may, asked for the end of the service. */
  | { readonly kind: 'stop-requested'; readonly reason: string };
