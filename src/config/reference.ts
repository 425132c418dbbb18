import type { Config } from './config.js';
import { SETTINGS, type Setting } from './settings.js';

/** A setting as people are shown it. */
export interface ListedSetting
  extends Pick<Setting<unknown>, 'env' | 'default' | 'unit' | 'help' | 'example'> {
  readonly key: keyof Config;
  /** Without its dashes: `redis-url`. */
  readonly flag: string;
  readonly allowed: string;
  /** The default in words: a value, `none`, or `as HOST`. */
  readonly defaultText: string;
}

/** The flag of an environment variable, without its dashes. */
export const flagName = (env: string): string => env.toLowerCase().replaceAll('_', '-');

/** Every setting, in the order of the table. */
export const SETTING_LIST: readonly ListedSetting[] = Object.entries(SETTINGS).map(
  ([key, setting]: [string, Setting<unknown>]) => ({
    key: key as keyof Config,
    env: setting.env,
    flag: flagName(setting.env),
    default: setting.default,
    ...(setting.unit === undefined ? {} : { unit: setting.unit }),
    help: setting.help,
    example: setting.example,
    allowed: setting.kind.allowed,
    defaultText: defaultText(setting),
  }),
);

function defaultText(setting: Setting<unknown>): string {
  if (setting.defaultFrom !== undefined) return `as ${SETTINGS[setting.defaultFrom].env}`;
  return setting.default === '' ? 'none' : setting.default;
}

/** What `candado serve --help` says about a flag. */
export function helpText(setting: ListedSetting): string {
  return `${setting.help} [${setting.env}; default: ${setting.defaultText}; ${setting.allowed}]`;
}

/** The table of `docs/configuration.md`. */
export function markdownTable(): string {
  const rows = SETTING_LIST.map((setting) =>
    [
      `\`${setting.env}\``,
      setting.defaultText === setting.default ? `\`${setting.default}\`` : setting.defaultText,
      setting.help,
      `${setting.allowed.replaceAll('|', '\\|')}; e.g. \`${setting.example}\``,
    ].join(' | '),
  );
  return [
    '| variable | default | what it does | allowed |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
