import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Node.js itself needs about twenty. */
const DESCRIPTORS = 48;

const CHILD = fileURLToPath(new URL('./descriptors-child.js', import.meta.url));

describe('A process that may open no more files', () => {
  it('refuses what needs one, says what to do, loses nothing, and goes on', async () => {
    await using folder = await temporaryFolder();
    const command = `ulimit -n ${DESCRIPTORS} && exec "$0" "$1" "$2"`;
    const child = spawn('sh', ['-c', command, process.execPath, CHILD, folder.path]);
    const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const refusal = 'FileStoreUnavailable: too many files are open: raise the limit of open files';
    expect(errors).to.equal('');
    expect(said.trimEnd().split('\n')).to.deep.equal([
      `read ${refusal}`,
      `write ${refusal}`,
      `list ${refusal}`,
      'then 2 two',
    ]);
    expect(await readFile(`${folder.path}/a`, 'utf8')).to.equal('two');
    expect(await readdir(`${folder.path}/.candado/tmp`)).to.deep.equal([]);
  }).timeout(20_000);
});
