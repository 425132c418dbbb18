import type { Config } from './config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { clashes } from './cross-checks.js';
import { NOT_ALLOWED } from './kind.js';
import { nearest } from './nearest.js';
import { flagName, SETTING_LIST } from './reference.js';
import { SETTINGS } from './settings.js';

export { ConfigError, type ConfigProblem } from './config-error.js';

type Texts = Readonly<Record<string, string | undefined>>;
type Draft = { -readonly [Key in keyof Config]?: Config[Key] };

/** How much of a wrong value is repeated; enough to recognise it. */
const SHOWN_CHARACTERS = 100;

const KEYS = SETTING_LIST.map(({ key }) => key);

/**
 * The configuration from environment variables and flags; flags win, an empty value counts as not
 * given. Deeply frozen.
 *
 * @param env may hold anything else besides
 * @param flags by their names without dashes (`redis-url`); an unknown one is an error
 * @throws {ConfigError} naming every wrong value
 */
export function loadConfig(env: Texts, flags: Texts): Config {
  const problems = unknownFlags(flags);
  const draft: Draft = {};
  for (const key of KEYS) {
    const problem = read(draft, key, env, flags);
    if (problem !== undefined) problems.push(problem);
  }
  const set = new Set(KEYS.filter((key) => given(key, env, flags) !== undefined));
  for (const { key, fault, allowed, example } of clashes(draft, set)) {
    problems.push({ ...naming(key, flags, example), fault, allowed });
  }
  if (problems.length > 0 || !isWhole(draft)) throw new ConfigError(problems);
  Object.freeze(draft.trustedProxies);
  Object.freeze(draft.filesUrl);
  return Object.freeze(draft);
}

/** Parses one setting into `draft`. */
function read<Key extends keyof Config>(
  draft: Draft,
  key: Key,
  env: Texts,
  flags: Texts,
): ConfigProblem | undefined {
  const { kind, default: fallback, defaultFrom, example } = SETTINGS[key];
  const own = given(key, env, flags);
  const followed = defaultFrom === undefined ? undefined : given(defaultFrom, env, flags);
  const inherited = defaultFrom === undefined ? fallback : SETTINGS[defaultFrom].default;
  const text = own ?? followed ?? inherited;
  const result = kind.schema.safeParse(text);
  if (result.success) {
    draft[key] = result.data;
    return undefined;
  }
  // A wrong value that is only followed is reported where it was given.
  if (own === undefined) return undefined;
  const reason = result.error.issues[0]?.message ?? NOT_ALLOWED;
  return {
    ...naming(key, flags, example),
    fault: `${(kind.show ?? quoted)(own)} ${reason}`,
    allowed: kind.allowed,
  };
}

function given(key: keyof Config, env: Texts, flags: Texts): string | undefined {
  const { env: name } = SETTINGS[key];
  return flags[flagName(name)] || env[name] || undefined;
}

/** A setting by the name under which it was given, and how to give another value. */
function naming(
  key: keyof Config,
  flags: Texts,
  example: string,
): Pick<ConfigProblem, 'name' | 'example'> {
  const { env } = SETTINGS[key];
  const flag = flagName(env);
  return flags[flag]
    ? { name: `--${flag}`, example: `--${flag} ${example}` }
    : { name: env, example: `${env}=${example}` };
}

function quoted(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(cut);
}

function unknownFlags(flags: Texts): ConfigProblem[] {
  const known = SETTING_LIST.map(({ flag }) => flag);
  return Object.keys(flags)
    .filter((flag) => flags[flag] !== undefined && !known.includes(flag))
    .map((flag) => {
      const meant = nearest(flag, known);
      const listed = SETTING_LIST.find((setting) => setting.flag === meant);
      return {
        name: `--${flag}`,
        fault: `is not known${meant === undefined ? '' : `; did you mean --${meant}?`}`,
        allowed: 'the flags that candado serve --help lists',
        example: `--${listed?.flag ?? 'port'} ${listed?.example ?? '6780'}`,
      };
    });
}

function isWhole(draft: Draft): draft is Config {
  return KEYS.every((key) => Object.hasOwn(draft, key));
}
