import type { Figure } from '../scenario.js';
import { interleaved } from './rounds.js';
import type { Stage } from './stage.js';
import { median } from './statistics.js';

export interface Contender {
  readonly name: string;
  /** One round. */
  measure(): Promise<number>;
}

export interface Comparison {
  /** What all of them do. */
  readonly what: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly rounds: number;
  /** Who is judged: the first. Whoever is not installed is left out. */
  readonly contenders: readonly (Contender | undefined)[];
  /** By the name of the peer, of the ratio of the first to it. */
  readonly limits?: Readonly<Record<string, Limit>>;
}

type Limit = Pick<Figure, 'atMost' | 'atLeast'>;

/** The median of each contender, and what the first is beside each of the others. */
export async function compared(stage: Stage, comparison: Comparison): Promise<readonly Figure[]> {
  const { what, unit, better, rounds, limits = {} } = comparison;
  const contenders = comparison.contenders.filter((each) => each !== undefined);
  stage.say(`${what}: ${contenders.map(({ name }) => name).join(', ')}, ${rounds} rounds`);
  const values = await interleaved(
    rounds,
    contenders.map((each) => () => each.measure()),
  );
  const medians = values.map((each) => median(each));
  const [judged = Number.NaN] = medians;
  const absolute = contenders.map(({ name }, index) => ({
    ...{ what: `${what}: ${name}`, value: medians[index] ?? Number.NaN, unit },
    rounds: values[index] ?? [],
  }));
  const ratios = contenders.slice(1).map(({ name }, index) => {
    const value = judged / (medians[index + 1] ?? Number.NaN);
    const faster = better === 'more' ? value : 1 / value;
    const about = `${what}: ${contenders[0]?.name} beside ${name}`;
    return { what: about, value, unit: '×', faster, ...limits[name] };
  });
  return [...absolute, ...ratios];
}
