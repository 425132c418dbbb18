import { injectable } from 'inversify';
import { MetricsPage } from './metrics-page.js';
import { Readiness } from './readiness.js';

export interface HttpAnswer {
  readonly status: 200 | 404 | 503;
  readonly contentType: string;
  readonly body: string;
}

type Endpoint = () => HttpAnswer | Promise<HttpAnswer>;

/** What the HTTP endpoint has to say, by path. */
@injectable()
export class HttpEndpoints {
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(metrics: MetricsPage, readiness: Readiness) {
    this.#endpoints = new Map<string, Endpoint>([
      [
        '/metrics',
        async () => ({
          status: 200,
          contentType: metrics.contentType,
          body: await metrics.render(),
        }),
      ],
      ['/healthz', () => text(200, ['ok'])],
      [
        '/readyz',
        async () => {
          const problems = await readiness.problems();
          return problems.length === 0 ? text(200, ['ready']) : text(503, problems);
        },
      ],
    ]);
  }

  /** @param path without its query */
  answer(path: string): HttpAnswer | Promise<HttpAnswer> {
    const endpoint = this.#endpoints.get(path);
    return endpoint?.() ?? text(404, ['not found; there is:', ...this.#endpoints.keys()]);
  }
}

function text(status: HttpAnswer['status'], lines: readonly string[]): HttpAnswer {
  return {
    status,
    contentType: 'text/plain; charset=utf-8',
    body: lines.map((line) => `${line}\n`).join(''),
  };
}
