import { docker } from './docker.js';

export type Labels = Readonly<Record<string, string>>;

/** One scrape of `/metrics`. */
export class Scrape {
  readonly #samples: readonly Sample[];

  constructor(text: string) {
    this.#samples = text.split('\n').flatMap(parseSample);
  }

  /** The sum of a metric's samples that have these labels; undefined if there is none. */
  value(name: string, labels: Labels = {}): number | undefined {
    const wanted = Object.entries(labels);
    const found = this.#samples.filter(
      (sample) =>
        sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
    );
    return found.length === 0 ? undefined : found.reduce((sum, sample) => sum + sample.value, 0);
  }
}

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const parseSample = (line: string): Sample[] => {
  const found = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line);
  if (found === null) return [];
  const [, name = '', inner = '', value = ''] = found;
  const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, key = '', text = '']) => [key, text] as const,
  );
  return [
    { name, labels: Object.fromEntries(labels), value: Number(value.replace('Inf', 'Infinity')) },
  ];
};

/** Scrapes an address that this process can reach. */
export const scrape = async (url: string): Promise<Scrape> => {
  const response = await fetch(new URL('/metrics', url));
  if (!response.ok) throw new Error(`${url} answered ${response.status} to a scrape`);
  return new Scrape(await response.text());
};

/** Scrapes a replica from inside its container, for those that publish no port. */
export const scrapeInside = async (id: string): Promise<Scrape> => {
  const address = '"http://127.0.0.1:" + process.env.HTTP_PORT + "/metrics"';
  const program = `fetch(${address}).then((reply) => reply.text()).then(console.log)`;
  return new Scrape(await docker(['exec', id, 'node', '-e', program]));
};
