import { expect } from 'chai';
import { METRIC_FAMILIES, sampleNames } from '../support/metric-families.js';
import { alertQueries, dashboardQueries, readAlerts, readDashboard } from '../support/queries.js';

const SAMPLES = new Map(
  Object.entries(METRIC_FAMILIES).flatMap(([name, family]) =>
    sampleNames(name, family).map((sample) => [sample, { name, family }] as const),
  ),
);

const candadoNames = (expr: string): string[] => expr.match(/\bcandado_\w+/g) ?? [];

/** The label names that an expression uses in selectors and in `by` clauses. */
const labelsOf = (expr: string): string[] => [
  ...[...expr.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g)].map((found) => found[1] ?? ''),
  ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap((found) => (found[1] ?? '').split(/,\s*/)),
];

const TARGET_LABELS = ['instance', 'job', 'le'];

describe('the Grafana dashboard', () => {
  const dashboard = readDashboard();
  const charts = dashboard.panels.filter((panel) => panel.type !== 'row');

  it('gives each panel an id of its own', () => {
    const ids = dashboard.panels.map((panel) => panel.id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('gives each panel a title of its own, a query, and words on what a bad value means', () => {
    for (const panel of charts) {
      expect(panel.targets, panel.title).to.not.be.empty;
      expect(panel.description, panel.title).to.be.a('string').with.length.above(20);
    }
    const titles = charts.map((panel) => panel.title);
    expect(new Set(titles).size).to.equal(titles.length);
  });

  it('names its data source only through the variable', () => {
    expect(dashboard.templating.list.map((variable) => variable.name)).to.include.members([
      'datasource',
      'instance',
    ]);
    for (const panel of charts) {
      for (const source of [panel, ...panel.targets].map((part) => part.datasource)) {
        expect(source, panel.title).to.deep.equal({ type: 'prometheus', uid: `\${datasource}` });
      }
    }
  });

  it('lays no panel over another, nor beyond the grid', () => {
    const taken = new Map<string, string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} lies over`).to.equal(undefined);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  it('restricts each query to the chosen replicas', () => {
    for (const panel of charts) {
      for (const target of panel.targets) {
        const selectors = target.expr.match(/\b(?:candado|process|nodejs)_\w+|\bup\b/g) ?? [];
        const restricted = target.expr.match(/instance=~"\$instance"/g) ?? [];
        expect(selectors, panel.title).to.not.be.empty;
        expect(restricted.length, `${panel.title}: ${target.expr}`).to.equal(selectors.length);
      }
    }
  });

  it('leaves no variable in the queries that are handed out', () => {
    for (const query of dashboardQueries()) expect(query.expr, query.source).to.not.include('$');
    expect(dashboardQueries()).to.have.length.above(40);
  });

  it('shows every metric family', () => {
    const shown = new Set(
      dashboardQueries().flatMap((query) =>
        candadoNames(query.expr).map((sample) => SAMPLES.get(sample)?.name),
      ),
    );
    expect(Object.keys(METRIC_FAMILIES).filter((name) => !shown.has(name))).to.deep.equal([]);
  });
});

describe('the alert rules', () => {
  it('each have a name of their own and say what is wrong', () => {
    const rules = readAlerts();
    expect(new Set(rules.map((rule) => rule.alert)).size).to.equal(rules.length);
    for (const rule of rules) {
      expect(rule.annotations.summary, rule.alert).to.not.equal('');
      expect(rule.annotations.description, rule.alert).to.not.equal('');
    }
  });
});

describe('the queries of dashboard and alerts', () => {
  for (const { source, expr } of [...dashboardQueries(), ...alertQueries()]) {
    it(`use metrics and labels that exist: ${source}`, () => {
      const samples = candadoNames(expr);
      for (const sample of samples) expect(SAMPLES.has(sample), sample).to.equal(true);
      if (samples.length === 0) return;
      const known = samples.flatMap((sample) => SAMPLES.get(sample)?.family.labels ?? []);
      expect([...known, ...TARGET_LABELS]).to.include.members(labelsOf(expr));
    });
  }
});
