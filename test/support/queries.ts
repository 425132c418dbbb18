import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Target = z.object({
  refId: z.string(),
  expr: z.string().min(1),
  datasource: z.object({ type: z.string(), uid: z.string() }),
});

const Panel = z.object({
  id: z.number().int(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().optional(),
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(Target).default([]),
});

const Dashboard = z.object({
  uid: z.string(),
  panels: z.array(Panel),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
});

const AlertFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.object({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

export type DashboardPanel = z.infer<typeof Panel>;

/** A PromQL expression that Prometheus takes as it is, and where it stands. */
export interface Query {
  readonly source: string;
  readonly expr: string;
}

// Compiled tests lie in dist/test/support.
const root = new URL('../../../', import.meta.url);

export const readDashboard = () =>
  Dashboard.parse(
    JSON.parse(readFileSync(new URL('grafana/dashboards/candado.json', root), 'utf8')),
  );

export const readAlerts = () =>
  AlertFile.parse(
    parse(readFileSync(new URL('deploy/prometheus/alerts.yml', root), 'utf8')),
  ).groups.flatMap((group) => group.rules);

/**
 * Every query of the dashboard with Grafana's variables replaced: all replicas, and rates over
 * `rateInterval` (a Prometheus duration, at least four scrape intervals).
 */
export const dashboardQueries = (rateInterval = '1m'): Query[] =>
  readDashboard().panels.flatMap((panel) =>
    panel.targets.map((target) => ({
      source: `${panel.title}, ${target.refId}`,
      expr: target.expr
        .replaceAll('$__rate_interval', rateInterval)
        .replaceAll('$__interval', rateInterval)
        .replaceAll('$instance', '.*'),
    })),
  );

export const alertQueries = (): Query[] =>
  readAlerts().map((rule) => ({ source: rule.alert, expr: rule.expr }));
