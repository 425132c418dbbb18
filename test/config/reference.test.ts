import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { loadConfig } from '../../src/config/load-config.js';
import { helpText, markdownTable, SETTING_LIST } from '../../src/config/reference.js';

const DOCUMENT = new URL('../../../docs/configuration.md', import.meta.url);

describe('The reference of settings', () => {
  it('has a flag of the same name for every variable', () => {
    for (const { env, flag } of SETTING_LIST) {
      expect(flag.toUpperCase().replaceAll('-', '_')).to.equal(env);
    }
    expect(SETTING_LIST.map(({ flag }) => flag)).to.include.members(['redis-url', 'http-port']);
  });

  it('lists what a configuration has, nothing else', () => {
    const keys = SETTING_LIST.map(({ key }) => key);
    expect(keys).to.have.members(Object.keys(loadConfig({}, {})));
  });

  it('has only examples that would be accepted', () => {
    // Files are kept in one place or the other.
    for (const other of ['filesUrl', 'filesRoot']) {
      const settings = SETTING_LIST.filter(({ key }) => key !== other);
      const env = Object.fromEntries(settings.map(({ env: name, example }) => [name, example]));
      const flags = Object.fromEntries(settings.map(({ flag, example }) => [flag, example]));
      expect(loadConfig(env, {})).to.deep.equal(loadConfig({}, flags));
    }
  });

  it('names the unit of every setting whose name has one', () => {
    for (const { env, unit } of SETTING_LIST) {
      const expected = env.endsWith('_MS') ? 'ms' : env.endsWith('_BYTES') ? 'bytes' : undefined;
      expect(unit, env).to.equal(expected);
    }
  });

  it('says in the help of a flag what it does, its variable, its default and what is allowed', () => {
    const durability = SETTING_LIST.find(({ key }) => key === 'durability');
    expect(durability && helpText(durability)).to.match(
      /^Whether .*\. \[DURABILITY; default: fsync; fsync \| os\]$/,
    );
    const httpHost = SETTING_LIST.find(({ key }) => key === 'httpHost');
    expect(httpHost && helpText(httpHost)).to.include('default: as HOST');
    const redis = SETTING_LIST.find(({ key }) => key === 'redisUrl');
    expect(redis && helpText(redis)).to.include('default: none');
  });

  it('is the table in docs/configuration.md', async () => {
    const text = await readFile(DOCUMENT, 'utf8');
    for (const row of markdownTable().split('\n')) expect(text).to.include(`${row}\n`);
    for (const { env, defaultText } of SETTING_LIST) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${env}\` |`));
      expect(row?.split(' | ')[1]?.replaceAll('`', ''), env).to.equal(defaultText);
    }
    expect(text.match(/^\| `[A-Z_]+` \|/gm)).to.have.length(SETTING_LIST.length);
  });
});
