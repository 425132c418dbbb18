import { expect } from 'chai';
import { CHART_WINDOWS, drawTimeChart } from '../../../src/cli/time/time-chart.js';
import { TimeStatistics } from '../../../src/cli/time/time-statistics.js';
import { SampleWindows } from '../../../src/client/index.js';
import { noise, trueRun } from '../../client/clocks/true-clocks.js';

function chartOf(count: number, host = 'files.example'): string {
  const random = noise(7);
  const exchanges = Array.from({ length: count }, () => ({
    pause: 20,
    there: 10 + random() * 30,
    work: 3,
    back: random() < 0.01 ? 40_000 : 12 + random() * 20,
  }));
  const statistics = new TimeStatistics();
  const windows = new SampleWindows(CHART_WINDOWS);
  for (const sample of trueRun(2_500, 3, exchanges).samples) {
    statistics.add(sample);
    windows.add(sample);
  }
  const summary = statistics.summary();
  if (summary === undefined) throw new Error('nothing was measured');
  return drawTimeChart({ ...summary, seconds: 1 }, windows.best, { host, port: 6780 });
}

/** The values of an attribute's numbers. */
const numbers = (chart: string, cls: string): number[] =>
  [...chart.matchAll(new RegExp(`class="${cls}" d="([^"]+)"`, 'g'))].flatMap(([, path = '']) =>
    path
      .split(/[^\d.-]+/)
      .filter(Boolean)
      .map(Number),
  );

describe('cli/time-chart', () => {
  it('is one SVG that says what it shows to who cannot see it', () => {
    const chart = chartOf(300);
    expect(chart).to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="[\d ]+"/);
    expect(chart).to.include('role="img" aria-labelledby="title desc"');
    expect(chart).to.match(/<title id="title">Clock of files\.example:6780: \+2\.[45]\d\d ms ± /);
    expect(chart).to.match(/<desc id="desc">300 queries in 1\.0 s; jitter .*Round trips: least /);
    expect(chart.replace('http://www.w3.org/2000/svg', '')).not.to.match(/https?:|url\(|<script/);
  });

  it('closes what it opens', () => {
    const open: string[] = [];
    for (const [, closing, name = '', , own] of chartOf(300).matchAll(
      /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    )) {
      if (closing === '/') expect(open.pop()).to.equal(name);
      else if (own !== '/') open.push(name);
    }
    expect(open).to.deep.equal([]);
  });

  it('stays small and within its frame, however long the run', () => {
    const chart = chartOf(100_000);
    expect(chart.length).to.be.below(40_000);
    const dots = numbers(chart, 'dot');
    expect(dots.length).to.be.within(3 * 100, 3 * CHART_WINDOWS);
    for (const value of [...dots, ...numbers(chart, 'bound')]) {
      expect(value).to.be.within(0, 900);
    }
    expect((chart.match(/class="bar"/g) ?? []).length).to.be.within(5, 40);
  });

  it('draws a single exchange', () => {
    const chart = chartOf(1);
    expect(chart).not.to.match(/NaN|Infinity|undefined/);
    expect(numbers(chart, 'dot')).to.have.length(3);
  });

  it('takes a host for a text', () => {
    expect(chartOf(1, '<a>&"')).to.include('Clock of &lt;a&gt;&amp;&quot;:6780');
  });
});
