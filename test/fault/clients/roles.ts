import type { Actor } from './actor.js';

/** The files that are worked on now, which others replace after a while. */
export type CurrentFiles = () => readonly string[];

export type Role = (files: CurrentFiles) => (actor: Actor) => Promise<void>;

/** Locks a file, and puts a version that is one more. */
const counter: Role = (files) => async (actor) => {
  await using lock = await actor.lock(actor.random.pick(files()));
  await actor.increment(lock);
};

/** Puts several versions under one lock. */
const keeper: Role = (files) => async (actor) => {
  await using lock = await actor.lock(actor.random.pick(files()));
  for (let more = actor.random.whole(1, 4); more > 0; more--) await actor.increment(lock, true);
};

/** Locks two files together, and puts a version of both. */
const pairer: Role = (files) => async (actor) => {
  const [one, two] = actor.random.shuffled(files());
  if (one === undefined || two === undefined) throw new RangeError('there must be two files');
  const locks = await actor.lockAll([one, two]);
  await using held = new AsyncDisposableStack();
  for (const lock of locks) held.use(lock);
  for (const lock of locks) await actor.increment(lock);
};

/** Holds a file to read it, and sees it twice. */
const holder: Role = (files) => async (actor) => {
  await using lock = await actor.lock(actor.random.pick(files()), 'shared');
  await actor.readTwice(lock);
};

/** Reads without a lock. */
const reader: Role = (files) => (actor) => actor.read(actor.random.pick(files()));

const COUNTER = ['counter', counter] as const;

/** In this proportion. */
const ROLES = [
  COUNTER,
  ['holder', holder],
  COUNTER,
  ['keeper', keeper],
  ['reader', reader],
  COUNTER,
  ['pairer', pairer],
  COUNTER,
] as const satisfies readonly (readonly [name: string, role: Role])[];

/** What the client of this number does. */
export function roleOf(index: number): readonly [name: string, role: Role] {
  return ROLES[index % ROLES.length] ?? COUNTER;
}
