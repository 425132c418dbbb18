import type { MetricsPage } from '../../../src/telemetry/metrics-page.js';
import { MetricsRegistry } from '../../../src/telemetry/prometheus/metrics-registry.js';

/** Every series of a registry by its name and labels, as a scraper reads them. */
export async function samples(page: Pick<MetricsPage, 'render'>): Promise<Map<string, number>> {
  const lines = (await page.render()).split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const cut = line.lastIndexOf(' ');
        return [line.slice(0, cut), Number(line.slice(cut + 1))];
      }),
  );
}

/** What `act` changes: the difference of every series that moved; buckets are left out. */
export async function moved(
  registry: MetricsRegistry,
  act: () => void,
): Promise<Record<string, number>> {
  const before = await samples(registry);
  act();
  const after = await samples(registry);
  const differences: Record<string, number> = {};
  for (const [series, value] of after) {
    const difference = value - (before.get(series) ?? 0);
    if (difference !== 0 && !series.includes('_bucket{')) differences[series] = difference;
  }
  return differences;
}
