import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { MAX_SHARED_HOLDERS, MAX_SHOWN_WAITERS, MAX_WAITERS } from '../../../src/locks/model.js';
import {
  assembleScript,
  readScript,
  SCRIPT_KEYS,
  SCRIPT_NAMES,
} from '../../../src/locks/redis/script-source.js';

const project = join(import.meta.dirname, '../../../..');
const written = join(project, 'src/locks/redis/lua');
const shipped = join(project, 'dist/src/locks/redis/lua');

const luaFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.lua'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

describe('lock scripts', () => {
  it('lie beside the compiled code, every one as it was written', () => {
    const files = luaFiles(written);
    expect(luaFiles(shipped)).to.deep.equal(files);
    expect(files.filter((file) => !file.startsWith('include'))).to.deep.equal(
      SCRIPT_NAMES.map((name) => `${name}.lua`).sort(),
    );
    for (const file of files) {
      expect(readFileSync(join(shipped, file), 'utf8'), file).to.equal(
        readFileSync(join(written, file), 'utf8'),
      );
    }
  });

  for (const name of SCRIPT_NAMES) {
    describe(`${name}.lua`, () => {
      const text = readScript(name);
      const code = text.replace(/^--.*$/gm, '');

      it('says how many keys it takes, as it is called with', () => {
        const said = /^-- KEYS: (.*)$/m.exec(text)?.[1] ?? '';
        if (SCRIPT_KEYS[name] === 'many') expect(said).to.match(/^any number/);
        else expect(said).to.equal(String(SCRIPT_KEYS[name]));
      });

      it('says how many arguments it takes, and takes no other', () => {
        const said = /^-- ARGV: (\d+)(?:, then any number)?$/m.exec(text)?.[1];
        const used = [...code.matchAll(/ARGV\[(\d+)\]/g)].map((match) => Number(match[1]));
        if (said === undefined) expect(used).to.deep.equal([]);
        else expect(Math.max(0, ...used)).to.equal(Number(said));
      });

      it('says what it answers', () => {
        expect(text).to.match(/^-- Reply:/m);
      });

      it('makes no key of its own and takes no time but Redis’s', () => {
        expect(code).not.to.match(/candado|os\.|\{.*\}:/);
        const takesTime = /\bnow(Micros)?\b/.test(code);
        if (takesTime) expect(assembleScript(name)).to.contain("redis.call('TIME')");
      });
    });
  }

  it('know the same limits as the model says', () => {
    const all = assembleScript('acquire');
    expect(all).to.contain(`local MAX_SHARED_HOLDERS = ${MAX_SHARED_HOLDERS}\n`);
    expect(all).to.contain(`local MAX_WAITERS = ${MAX_WAITERS}\n`);
    expect(all).to.contain(`local MAX_SHOWN_WAITERS = ${MAX_SHOWN_WAITERS}\n`);
  });
});
