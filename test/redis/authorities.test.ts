import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { InvalidAuthorities, readAuthorities } from '../../src/redis/authorities.js';
import { Authority } from '../support/certificates.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('readAuthorities', () => {
  const read = async (content: string): Promise<readonly string[]> => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ca.pem');
    await writeFile(file, content);
    return readAuthorities(file);
  };

  const fault = (content: string): Promise<unknown> => read(content).catch((error) => error);

  it('takes every certificate of a file, and nothing else of it', async () => {
    const [one, two] = [new Authority(), new Authority()];
    const { certificate, key } = one.issue();
    const authorities = await read(`# ours\n${one.certificate}${key}${two.certificate}`);
    expect(authorities.map((pem) => `${pem}\n`)).to.deep.equal([one.certificate, two.certificate]);
    expect(authorities).to.not.include(certificate);
  });

  it('refuses what is none', async () => {
    expect(await fault('')).to.be.instanceOf(InvalidAuthorities);
    expect(await fault(new Authority().issue().key))
      .to.have.property('message')
      .that.matches(/holds no certificate/);
    const broken = new Authority().certificate.replace(/\n.{20}/, '\n');
    expect(await fault(broken))
      .to.have.property('message')
      .that.matches(/^certificate 1 of .*ca\.pem cannot be read$/);
    expect(() => readAuthorities('/nowhere/ca.pem')).to.throw(InvalidAuthorities, /ENOENT/);
  });
});
